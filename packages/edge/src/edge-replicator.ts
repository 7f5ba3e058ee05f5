import { type JsonObject, type ReplicationConfig, Replicator } from "@vecmesh/sdk";
import { edgeTransport } from "./webrtc.ts";
import { levelDbStorage } from "./leveldb/leveldb-storage.ts";

export interface EdgeConfig<M extends JsonObject = JsonObject, D = unknown> extends ReplicationConfig<M, D> {
  /** The folder of this machine's stores, made if it is not there. What is in `storage` goes before it. */
  readonly data: string;
}

/**
 * A replica of a room in Node: the same `Replicator`, stored in LevelDB and connected by `@roamhq/wrtc` unless the configuration says otherwise.
 * It keeps its process alive from `start` to `stop`.
 * @throws ReplicationError as `Replicator.create`
 */
export function createEdgeReplicator<M extends JsonObject = JsonObject, D = unknown>({
  data,
  ...config
}: EdgeConfig<M, D>): Promise<Replicator<M, D>> {
  return Replicator.create<M, D>({
    ...config,
    storage: config.storage ?? levelDbStorage(data),
    transport: config.transport ?? edgeTransport(config),
  });
}
