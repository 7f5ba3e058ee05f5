import { type Hello, PROTOCOL_VERSION } from "../messages.ts";
import { MAX_ROOM_BYTES } from "./limits.ts";
import type { MessageCodec } from "./message-codec.ts";
import {
  readDeviceId,
  readFacts,
  readNodeId,
  readReplicaSet,
  readSteady,
  writeFacts,
  writeReplicaSet,
  writeSteady,
} from "./records.ts";

/** The fields of this protocol version. The frame's header, the same in all versions, carries `protocol`. */
export const helloCodec: MessageCodec<Hello> = {
  code: 1,
  write(writer, hello) {
    writer.text(hello.room, "room", MAX_ROOM_BYTES);
    writer.hex(hello.nodeId);
    writer.hex(hello.deviceId);
    writeSteady(writer, hello.steady);
    writeFacts(writer, hello.facts);
    writer.uint(hello.counter, "counter");
    writeReplicaSet(writer, hello.replicaSet);
  },
  read: (reader) => ({
    type: "hello",
    protocol: PROTOCOL_VERSION,
    room: reader.text("room", MAX_ROOM_BYTES),
    nodeId: readNodeId(reader),
    deviceId: readDeviceId(reader),
    steady: readSteady(reader),
    facts: readFacts(reader),
    counter: reader.uint("counter"),
    replicaSet: readReplicaSet(reader),
  }),
};
