import type { NodeId } from "./node-id.ts";
import { Writer } from "./codec/writer.ts";

/** Who proves, and who wants to see it; what each has said in its challenge; and the channel between them. */
export interface ChannelParties {
  readonly prover: Party;
  readonly verifier: Party;
  /** The transport's, the same at both ends of this channel and at no other channel's. */
  readonly channelBinding: Uint8Array;
  readonly protocol: number;
}

export interface Party {
  readonly nodeId: NodeId;
  /** In hex. */
  readonly nonce: string;
}

const LABEL = "vecmesh channel proof";
/** Two DTLS fingerprints are some 200 bytes; a peer that offers several of each is still far below. */
const MAX_BINDING_BYTES = 64 * 1024;

/**
 * What a proof is an HMAC of (T8). The parties stand in the order of their NodeIds, and a byte says which of them proves: neither's
 * proof is ever the other's, so none can be sent back to who made it.
 */
export function proofTranscript({ prover, verifier, channelBinding, protocol }: ChannelParties): Uint8Array {
  const provesLower = prover.nodeId < verifier.nodeId;
  const [lower, higher] = provesLower ? [prover, verifier] : [verifier, prover];
  const writer = new Writer();
  writer.text(LABEL, "label", LABEL.length);
  writer.byte(protocol);
  writer.byte(provesLower ? 0 : 1);
  for (const { nodeId, nonce } of [lower, higher]) {
    writer.hex(nodeId);
    writer.hex(nonce);
  }
  writer.uint(channelBinding.length, "the length of the channel binding", MAX_BINDING_BYTES);
  writer.raw(channelBinding);
  return writer.done();
}
