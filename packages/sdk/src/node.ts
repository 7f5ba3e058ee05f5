import { inspectStore as inspect, type StoreReport } from "./replicator/inspect-store.ts";
import type { Store } from "./ports/storage.ts";
import { systemRuntime } from "./adapters/system-runtime.ts";

export { mintDeviceId } from "./core/node-id.ts";
export { autoReplicaNames } from "./adapters/replica-names.ts";
export { systemRuntime } from "./adapters/system-runtime.ts";
export type { WebRtcImplementation } from "./adapters/webrtc/webrtc-implementation.ts";
export { webrtcTransport, type WebRtcTransportOptions } from "./adapters/webrtc/webrtc-transport.ts";
export type { StoreReport } from "./replicator/inspect-store.ts";
export type { Runtime } from "./ports/runtime.ts";
export type { DeviceId } from "./core/node-id.ts";

/**
 * Reads every record of a store, vectors and metadata too, checks each against its checksums and all together against the store's sums
 * (S1). Changes nothing: a replicator that opens the store mends it.
 * @throws ReplicationError `storage-corrupt` for a store that is empty, that another version has written, or that has lost who it is.
 */
export function inspectStore(store: Store): Promise<StoreReport> {
  return inspect(store, systemRuntime());
}
