import type { JsonObject } from "../core/version.ts";
import type { LoadedStore } from "./store-image.ts";
import type { PasswordGate } from "./password-gate.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Settings } from "./config.ts";
import type { Signer } from "./entry-signer.ts";
import type { Store } from "../ports/storage.ts";

/** What a replicator is made of; `open-replicator.ts` puts it together. */
export interface ReplicatorParts<M extends JsonObject, D = unknown> {
  readonly settings: Settings<M, D>;
  readonly store: Store;
  readonly loaded: LoadedStore;
  readonly gate: PasswordGate;
  /** Where entries are signed. */
  readonly signer: Signer | undefined;
  readonly runtime: Runtime;
}
