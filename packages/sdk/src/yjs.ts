/** Entries as Yjs documents. Needs the package `yjs` beside this one; what does not import this holds no byte of it. */
export { crdt, type CrdtOptions } from "./adapters/yjs/crdt.ts";
export type { CrdtFields, FieldKind } from "./adapters/yjs/entry-fields.ts";
export { increment } from "./adapters/yjs/counter.ts";
