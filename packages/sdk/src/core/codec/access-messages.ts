import { PROTOCOL_VERSION } from "../messages.ts";
import type { MessageCodecs } from "./message-codec.ts";

/** A nonce never repeats and cannot be guessed; as long as the proof, so that it is not the weaker half. */
export const CHALLENGE_NONCE_BYTES = 32;
/** An HMAC with SHA-256. */
const PROOF_BYTES = 32;

/** Proving that one knows the room's password (T8). A challenge's header is the same in all versions, as a hello's. */
export const accessCodecs: MessageCodecs<"challenge" | "proof"> = {
  challenge: {
    code: 48,
    write(writer, { nonce }) {
      writer.hex(nonce);
    },
    read: (reader) => ({
      type: "challenge",
      protocol: PROTOCOL_VERSION,
      nonce: reader.hex(CHALLENGE_NONCE_BYTES, "a nonce"),
    }),
  },
  proof: {
    code: 49,
    write(writer, { mac }) {
      writer.hex(mac);
    },
    read: (reader) => ({ type: "proof", mac: reader.hex(PROOF_BYTES, "a proof") }),
  },
};
