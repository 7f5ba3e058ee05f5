import { type RawSettings } from "./read-settings.ts";

/** How a room's siblings are shown, as an operator says it. What is code is loaded when it is needed. */
export type ConflictSettings =
  | { readonly mode: "last-write-wins" | "vector-clock" }
  | { readonly mode: "crdt"; readonly fields: Readonly<Record<string, string>> }
  | { readonly mode: "custom"; readonly file: string };

const MODES = ["last-write-wins", "vector-clock", "crdt", "custom"] as const;

/** @throws SettingError */
export function conflictSettingsFrom(raw: RawSettings): ConflictSettings | undefined {
  const asked = raw.text("conflict-resolution");
  const mode = MODES.find((known) => known === asked);
  if (asked !== undefined && mode === undefined) raw.fail("conflict-resolution", `must be one of ${MODES.join(", ")}`);
  const [fields, file] = [raw.list("crdt-fields"), raw.text("resolver")];
  if (fields.length > 0 && mode !== "crdt") raw.fail("crdt-fields", "is for the conflict resolution crdt alone");
  if (file !== undefined && mode !== "custom") raw.fail("resolver", "is for the conflict resolution custom alone");
  if (mode === "custom") {
    if (file === undefined) raw.fail("resolver", "is needed: the module that resolves conflicts");
    return { mode, file };
  }
  if (mode !== "crdt") return mode && { mode };
  const pairs = fields.map((field) => {
    const at = field.lastIndexOf("=");
    if (at < 1) raw.fail("crdt-fields", `must be like "body=text", not "${field}"`);
    return [field.slice(0, at), field.slice(at + 1)] as const;
  });
  return { mode, fields: Object.fromEntries(pairs) };
}
