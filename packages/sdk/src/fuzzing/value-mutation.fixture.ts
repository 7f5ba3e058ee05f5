import type { SeededRandom } from "../simulation/random.ts";

/** What a structured clone or JSON can bring in the place of anything. */
const STRANGERS: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => -0,
  () => -1,
  () => 0.5,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 2 ** 53,
  () => Number.MAX_SAFE_INTEGER,
  () => 10n,
  () => "",
  () => "__proto__",
  () => "constructor",
  () => "\ud800",
  () => "a".repeat(100_000),
  () => [],
  () => ({}),
  () => new Map([["type", "announce"]]),
  () => new Date(0),
  () => new Uint8Array(16),
  () => nested(5_000),
  () => JSON.parse('{"__proto__":{"polluted":true}}') as unknown,
];

/** A valid value with members replaced, removed, added or swapped, at any depth; sometimes another value altogether. */
export function mutateValue(random: SeededRandom, corpus: readonly unknown[]): unknown {
  if (random.chance(0.05)) return random.pick(STRANGERS)();
  const value = structuredClone(random.pick(corpus));
  for (let edits = random.integer(1, 3); edits > 0; edits--) editMember(random, value, corpus);
  return value;
}

function editMember(random: SeededRandom, value: unknown, corpus: readonly unknown[]): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const members = value as Record<string, unknown>;
  const keys = Object.keys(members);
  const key =
    keys.length === 0 || random.chance(0.05) ? random.pick(["__proto__", "to", "toString"]) : random.pick(keys);
  const member = Object.hasOwn(members, key) ? members[key] : undefined;
  if (typeof member === "object" && member !== null && random.chance(0.7)) {
    editMember(random, member, corpus);
    return;
  }
  const edit = random.weighted({ stranger: 3, remove: 1, swap: 1, text: 3, donate: 1 });
  if (edit === "remove") delete members[key];
  else if (edit === "swap") put(members, key, members[keys.length === 0 ? key : random.pick(keys)]);
  else if (edit === "donate") put(members, key, structuredClone(random.pick(corpus)));
  else if (edit === "text" && typeof member === "string") put(members, key, mutateText(random, member));
  else put(members, key, random.pick(STRANGERS)());
}

/** Also a `__proto__`, as JSON.parse makes it: a member like any other. */
function put(members: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true });
}

export function mutateText(random: SeededRandom, text: string): string {
  let mutated = text;
  for (let edits = random.integer(1, 3); edits > 0; edits--) {
    const at = random.integer(0, mutated.length);
    const before = mutated.slice(0, at);
    const edit = random.weighted({ insert: 3, remove: 2, cut: 1, repeat: 1 });
    if (edit === "insert") {
      const inserted = [" ", "\0", "\r\n", '"', "{", "[", ":", ",", "\\", "9".repeat(40), "\ud83d", "é", "a"];
      mutated = before + random.pick(inserted) + mutated.slice(at);
    } else if (edit === "remove") mutated = before + mutated.slice(at + random.integer(1, 8));
    else if (edit === "cut") mutated = before;
    else mutated = before + mutated.slice(at, at + 40).repeat(random.integer(2, 50)) + mutated.slice(at);
  }
  return mutated;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}
