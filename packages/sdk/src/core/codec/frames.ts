import { type Message, PROTOCOL_VERSION } from "../messages.ts";
import { accessCodecs } from "./access-messages.ts";
import { collectionCodecs } from "./collection-messages.ts";
import { DecodeError, ProtocolMismatchError } from "./decode-error.ts";
import { helloCodec } from "./hello.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";
import { meshCodecs } from "./mesh-messages.ts";
import type { MessageCodec, MessageCodecs } from "./message-codec.ts";
import { quorumCodecs } from "./quorum-messages.ts";
import { readCodecs } from "./read-messages.ts";
import { Reader } from "./reader.ts";
import { replicaSetCodecs } from "./replica-set-messages.ts";
import { repairCodecs } from "./repair-messages.ts";
import { syncCodecs } from "./sync-messages.ts";
import type { VectorBytes } from "./versions.ts";
import { Writer } from "./writer.ts";

const codecs: MessageCodecs<Message["type"]> = {
  hello: helloCodec,
  ...syncCodecs,
  ...quorumCodecs,
  ...readCodecs,
  ...replicaSetCodecs,
  ...collectionCodecs,
  ...repairCodecs,
  ...meshCodecs,
  ...accessCodecs,
};
const codecsByCode: ReadonlyMap<number, MessageCodec<Message>> = new Map(
  (Object.values(codecs) as MessageCodec<Message>[]).map((codec) => [codec.code, codec]),
);

/** "vcmh", the third to sixth byte of a greeting in every protocol version: tells another version's bytes from another program's. */
const GREETING_MAGIC = 0x686d_6376;
/** What may be the first message on a connection. */
const GREETING_CODES: readonly number[] = [helloCodec.code, accessCodecs.challenge.code];
const NO_VECTORS: VectorBytes = { vectorBytes: 0, savedBytes: 0 };

export interface EncodedFrame extends VectorBytes {
  readonly bytes: Uint8Array;
}

/**
 * One frame: the protocol version, the message's type, its fields.
 * @param options.compress deflate those byte planes of vectors that shrink.
 * @throws RangeError when the message breaks a limit of limits.ts: callers validate entries and split batches first.
 */
export function encodeMessage(message: Message, options: { readonly compress: boolean }): EncodedFrame {
  const codec = codecs[message.type] as MessageCodec<Message>;
  const writer = new Writer();
  writer.byte("protocol" in message ? message.protocol : PROTOCOL_VERSION);
  writer.byte(codec.code);
  if (GREETING_CODES.includes(codec.code)) writer.uint32(GREETING_MAGIC);
  const vectors = codec.write(writer, message, options.compress) ?? NO_VECTORS;
  const bytes = writer.done();
  if (bytes.length > MAX_FRAME_BYTES)
    throw new RangeError(`a frame of ${bytes.length} bytes exceeds ${MAX_FRAME_BYTES}`);
  return { bytes, ...vectors };
}

/**
 * The message in a frame. Its vectors share no memory with `bytes`.
 * @throws DecodeError when no replica of this protocol version writes such bytes; ProtocolMismatchError, which is one, for
 * the greeting of another version.
 */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length > MAX_FRAME_BYTES) throw new DecodeError(`a frame is over ${MAX_FRAME_BYTES} bytes`);
  const reader = new Reader(bytes);
  const protocol = reader.byte("protocol version");
  const code = reader.byte("type");
  if (GREETING_CODES.includes(code)) {
    if (reader.uint32("magic") !== GREETING_MAGIC) throw new DecodeError("a greeting without its magic");
    if (protocol !== PROTOCOL_VERSION) throw new ProtocolMismatchError(PROTOCOL_VERSION, protocol);
  }
  if (protocol !== PROTOCOL_VERSION) throw new DecodeError(`a frame of protocol ${protocol}`);
  const codec = codecsByCode.get(code);
  if (codec === undefined) throw new DecodeError(`an unknown message type ${code}`);
  const message = codec.read(reader);
  reader.end();
  return message;
}
