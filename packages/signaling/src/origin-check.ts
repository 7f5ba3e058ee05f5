/**
 * Whether a page of that origin may connect. Without a list, all may. A request without an origin comes from no page, and a
 * program could write any: it is let through, and a token is what keeps programs out.
 */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || origin === undefined || allowed.includes(origin);
}

/**
 * @param text as an operator writes it, e.g. `https://app.example`
 * @throws Error that says what an origin is, for anything else; browsers send origins in one form only.
 */
export function requireOrigin(text: string): string {
  const fault = `"${text}" is no origin: write scheme and host as browsers do, e.g. https://app.example or http://localhost:5173`;
  if (!URL.canParse(text)) throw new Error(fault);
  const { origin } = new URL(text);
  if (origin !== text) throw new Error(fault);
  return origin;
}
