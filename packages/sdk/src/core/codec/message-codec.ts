import type { Message } from "../messages.ts";
import type { Reader } from "./reader.ts";
import type { VectorBytes } from "./versions.ts";
import type { Writer } from "./writer.ts";

/** How one type of message is laid out, after the frame's header. */
export interface MessageCodec<M extends Message> {
  /** The frame's type byte: never given to another type. */
  readonly code: number;
  write(writer: Writer, message: M, compress: boolean): VectorBytes | void;
  read(reader: Reader): M;
}

export type MessageOf<T extends Message["type"]> = Extract<Message, { type: T }>;

/** A codec for each of these types. */
export type MessageCodecs<T extends Message["type"]> = { readonly [K in T]: MessageCodec<MessageOf<K>> };
