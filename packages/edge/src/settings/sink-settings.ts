import type { RawSettings } from "./read-settings.ts";

/**
 * The PostgreSQL that is fed, as a URL with its password.
 * @throws SettingError
 */
export function sinkUrlFrom(raw: RawSettings): string | undefined {
  const [text, password] = [raw.text("sink"), raw.text("sink-password-file")];
  if (text === undefined) {
    if (password !== undefined) raw.fail("sink-password-file", "is for a sink alone, which --sink names");
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["postgres:", "postgresql:"].includes(url.protocol))
    raw.fail("sink", 'must be like "postgres://user@host:5432/database"');
  // Everybody on a machine can read a command's flags, and a URL is what logs and errors show.
  if (url.password !== "" || url.searchParams.has("password"))
    raw.fail("sink", "must hold no password: that is for --sink-password-file (or VECMESH_EDGE_SINK_PASSWORD)");
  if (password === undefined) return text;
  if (url.host === "") raw.fail("sink", "must name the host, where there is a password");
  // The setter leaves a `%` as it is.
  url.password = encodeURIComponent(password);
  return url.href;
}
