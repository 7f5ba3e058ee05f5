import { readContext, writeContext } from "./contexts.ts";
import type { MessageCodecs } from "./message-codec.ts";
import { readEpoch, readReplicaSet, writeEpoch, writeReplicaSet } from "./records.ts";

/** Section 6: acknowledgements within an epoch. */
export const quorumCodecs: MessageCodecs<"ack-request" | "ack" | "nack"> = {
  "ack-request": {
    code: 9,
    write(writer, message) {
      writer.uint(message.request, "request");
      writeEpoch(writer, message);
      writeContext(writer, message.dots);
    },
    read: (reader) => ({
      type: "ack-request",
      request: reader.uint("request"),
      ...readEpoch(reader),
      dots: readContext(reader),
    }),
  },
  ack: {
    code: 10,
    write(writer, message) {
      writer.uint(message.request, "request");
      writeEpoch(writer, message);
      writer.uint(message.counter, "counter");
    },
    read: (reader) => ({
      type: "ack",
      request: reader.uint("request"),
      ...readEpoch(reader),
      counter: reader.uint("counter"),
    }),
  },
  nack: {
    code: 11,
    write(writer, { request, replicaSet }) {
      writer.uint(request, "request");
      writeReplicaSet(writer, replicaSet);
    },
    read: (reader) => ({ type: "nack", request: reader.uint("request"), replicaSet: readReplicaSet(reader) }),
  },
};
