import type { Message } from "./messages.ts";
import type { StoredVersion } from "./version.ts";

/** The versions that a message brings, also one that is on its way to somebody else; `undefined`: it is of a kind that brings none. */
export function versionsIn(message: Message): readonly StoredVersion[] | undefined {
  if (message.type === "routed-answer") return versionsIn(message.body);
  return "versions" in message ? message.versions : undefined;
}
