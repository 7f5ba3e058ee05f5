/** Adapters that keep everything in this process: for Node, tests and pages that want nothing kept. */
export { MemoryNetwork } from "./adapters/memory/memory-transport.ts";
export { memoryStorage } from "./adapters/memory/memory-storage.ts";
