import { mintLineageId, mintOrigin } from "../core/node-id.ts";
import type { Mint } from "../core/reconfiguration.ts";
import type { Runtime } from "../ports/runtime.ts";

/** What a replica names anew, from the platform's randomness. */
export function mintBy(runtime: Runtime): Mint {
  return {
    origin: () => mintOrigin((length) => runtime.randomBytes(length)),
    lineage: (nowMs) => mintLineageId(nowMs, (length) => runtime.randomBytes(length)),
    nonce: () => mintOrigin((length) => runtime.randomBytes(length)),
    fraction: () => new DataView(runtime.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32,
  };
}
