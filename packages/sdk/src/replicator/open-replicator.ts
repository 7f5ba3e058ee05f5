import { activeRecord } from "../core/durable-state.ts";
import { type ReplicationConfig, settingsOf } from "./config.ts";
import type { JsonObject } from "../core/version.ts";
import type { ReplicatorParts } from "./replicator-parts.ts";
import { EntrySigner } from "./entry-signer.ts";
import { PasswordGate } from "./password-gate.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { StorageAdapter } from "../ports/storage.ts";
import { RoomKeys } from "./room-keys.ts";
import type { TransportAdapter } from "../ports/transport.ts";
import { factsConflict } from "../core/room-facts.ts";
import { loadStore } from "./store-image.ts";
import { steadyRuntime } from "./steady-runtime.ts";
import { replicationError } from "../core/replication-error.ts";

/** What is used where the configuration says nothing. */
export interface Defaults {
  storage(): StorageAdapter;
  transport(): TransportAdapter;
  readonly runtime: Runtime;
}

/**
 * Checks the configuration and opens the store; no network yet. The lock is released if anything fails.
 * @throws ReplicationError `invalid-config`, `insecure-context`, `unsupported-platform`, `replica-in-use`, `storage-corrupt`, `room-mismatch`
 */
export async function openReplicator<M extends JsonObject, D = unknown>(
  config: ReplicationConfig<M, D>,
  defaults: Defaults,
): Promise<ReplicatorParts<M, D>> {
  const settings = settingsOf(config);
  const runtime = steadyRuntime(defaults.runtime);
  const transport = config.transport ?? defaults.transport();
  const keys =
    config.password === undefined ? undefined : await RoomKeys.derive(config.password, settings.room, runtime.subtle);
  const { identity, authorize } = config;
  const signer =
    identity &&
    (await EntrySigner.of<M>({
      room: settings.room,
      identity,
      authorize,
      documents: settings.documents,
      subtle: runtime.subtle,
    }));
  const storage = config.storage ?? defaults.storage();
  const store = await storage.open({ room: settings.room, replicaName: settings.replicaName });
  try {
    const loaded = await loadStore(store, settings, runtime);
    const conflict = factsConflict(settings.insists, activeRecord(loaded.image));
    if (conflict !== undefined) {
      const message =
        `The store "${store.replicaName}" belongs to a room whose ${conflict.fact} is ${conflict.theirs}; the configuration says ${conflict.ours}. ` +
        "Configure the room's value, leave it out to take it, or use another room or replicaName.";
      throw replicationError("room-mismatch", message, conflict);
    }
    return { settings, store, loaded, signer, gate: new PasswordGate(transport, runtime, keys), runtime };
  } catch (error) {
    await store.close();
    throw error;
  }
}
