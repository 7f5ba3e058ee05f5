/** Acceptance suites for whoever writes an adapter: pass the test runner's functions and a factory. */
export { storageContract } from "./testing/storage-contract.ts";
export { transportContract } from "./testing/transport-contract.ts";
