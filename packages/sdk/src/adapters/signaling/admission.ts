/** Why a signaling server does not let a client in. */
export interface AdmissionRefusal {
  /** In the server's words. */
  readonly reason: string;
}

/** The connection attempt that it follows took as long as it liked already. */
const TIMEOUT_MS = 5000;
/** A sentence. */
const MAX_REASON_LENGTH = 200;

/**
 * Asks whether a server that did not open a socket refuses this client (T10). Browsers do not tell a page, so the server
 * answers at `/admission` as it would answer the upgrade.
 *
 * @param address the socket's, with its token
 * @returns undefined when it does not, cannot be reached or does not know the question
 */
export async function askForRefusal(address: URL): Promise<AdmissionRefusal | undefined> {
  const question = new URL("/admission", address);
  question.protocol = address.protocol === "wss:" ? "https:" : "http:";
  question.search = address.search;
  try {
    const response = await fetch(question, { credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status !== 401 && response.status !== 403) {
      await response.body?.cancel();
      return undefined;
    }
    return { reason: (await response.text()).slice(0, MAX_REASON_LENGTH).trim() };
  } catch {
    return undefined;
  }
}
