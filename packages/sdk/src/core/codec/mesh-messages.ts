import { DecodeError } from "./decode-error.ts";
import {
  MAX_CHANNEL_BYTES,
  MAX_EPHEMERAL_BYTES,
  MAX_ROUTED_INTERVALS,
  MAX_ROUTES_TOLD,
  MAX_TOLD_LINKS,
} from "./limits.ts";
import { MAX_ROUTE_HOPS, THROUGH_YOU } from "../voter-routes.ts";
import { intervalsIn } from "../causal-context.ts";
import type { MessageCodec, MessageCodecs } from "./message-codec.ts";
import { NODE_ID_BYTES, type NodeId } from "../node-id.ts";
import { quorumCodecs } from "./quorum-messages.ts";
import { readNodeIds, writeNodeIds } from "./node-ids.ts";
import { readCodecs } from "./read-messages.ts";
import type { Reader } from "./reader.ts";
import { readNodeId } from "./records.ts";
import { replicaSetCodecs } from "./replica-set-messages.ts";
import type { RoutedAnswerBody, RoutedQuestionBody } from "../routed-messages.ts";

const NONCE_BYTES = 8;
const QUESTIONS: MessageCodecs<RoutedQuestionBody["type"]> = {
  "ack-request": quorumCodecs["ack-request"],
  "read-request": readCodecs["read-request"],
  reconfigure: replicaSetCodecs.reconfigure,
};
const ANSWERS: MessageCodecs<RoutedAnswerBody["type"]> = {
  ack: quorumCodecs.ack,
  "read-reply": readCodecs["read-reply"],
  reconfigured: replicaSetCodecs.reconfigured,
};

/** Partial meshes (T7). */
export const meshCodecs: MessageCodecs<"neighbours" | "routed-question" | "routed-answer" | "ephemeral"> = {
  neighbours: {
    code: 52,
    write(writer, { come, gone, routes }) {
      writeNodeIds(writer, come, MAX_TOLD_LINKS);
      writeNodeIds(writer, gone, MAX_TOLD_LINKS);
      writer.uint(routes.size, "routes", MAX_ROUTES_TOLD);
      for (const [voter, hops] of routes) {
        writer.hex(voter);
        writer.byte(hops);
      }
    },
    read(reader) {
      const come = readNodeIds(reader, "neighbours that have come", MAX_TOLD_LINKS);
      const gone = readNodeIds(reader, "neighbours that have gone", MAX_TOLD_LINKS);
      if (gone.some((nodeId) => come.includes(nodeId))) throw new DecodeError("a neighbour that has come and gone");
      return { type: "neighbours", come, gone, routes: readRoutes(reader) };
    },
  },
  "routed-question": {
    code: 53,
    write(writer, { target, nonce, route, body }) {
      writer.hex(target);
      writer.hex(nonce);
      writeNodeIds(writer, route, MAX_ROUTE_HOPS);
      const codec = QUESTIONS[body.type] as MessageCodec<RoutedQuestionBody>;
      writer.byte(codec.code);
      codec.write(writer, body, false);
    },
    read(reader) {
      const target = readNodeId(reader);
      const nonce = reader.hex(NONCE_BYTES, "nonce");
      const route = readNodeIds(reader, "a question's route", MAX_ROUTE_HOPS);
      if (route.length === 0) throw new DecodeError("a question of nobody");
      const body = readBody<RoutedQuestionBody>(reader, QUESTIONS);
      if (body.type === "ack-request" && intervalsIn(body.dots) > MAX_ROUTED_INTERVALS)
        throw new DecodeError("a question about more than may be asked over others");
      return { type: "routed-question", target, nonce, route, body };
    },
  },
  "routed-answer": {
    code: 54,
    write(writer, { nonce, route, body }, compress) {
      writer.hex(nonce);
      writeNodeIds(writer, route, MAX_ROUTE_HOPS);
      const codec = ANSWERS[body.type] as MessageCodec<RoutedAnswerBody>;
      writer.byte(codec.code);
      return codec.write(writer, body, compress);
    },
    read(reader) {
      const nonce = reader.hex(NONCE_BYTES, "nonce");
      const route = readNodeIds(reader, "an answer's route", MAX_ROUTE_HOPS);
      return { type: "routed-answer", nonce, route, body: readBody<RoutedAnswerBody>(reader, ANSWERS) };
    },
  },
  ephemeral: {
    code: 56,
    write(writer, { origin, opening, seq, reach, channel, bytes }) {
      writer.hex(origin);
      writer.hex(opening);
      writer.uint(seq, "seq");
      writer.byte(reach);
      writer.text(channel, "channel", MAX_CHANNEL_BYTES);
      writer.uint(bytes.length, "ephemeral bytes", MAX_EPHEMERAL_BYTES);
      writer.raw(bytes);
    },
    read(reader) {
      const origin = readNodeId(reader);
      const opening = reader.hex(NONCE_BYTES, "opening");
      const seq = reader.uint("seq");
      const reach = reader.byte("reach");
      if (seq < 1 || reach >= MAX_ROUTE_HOPS) throw new DecodeError("an ephemeral message that nobody sends");
      const channel = reader.text("channel", MAX_CHANNEL_BYTES);
      const length = reader.uint("ephemeral bytes", MAX_EPHEMERAL_BYTES);
      return { type: "ephemeral", origin, opening, seq, reach, channel, bytes: reader.view(length, "bytes").slice() };
    },
  },
};

function readBody<B extends RoutedQuestionBody | RoutedAnswerBody>(
  reader: Reader,
  codecs: MessageCodecs<B["type"]>,
): B {
  const code = reader.byte("type of what is routed");
  const codec = (Object.values(codecs) as MessageCodec<B>[]).find((known) => known.code === code);
  if (codec === undefined) throw new DecodeError(`a message of type ${code}, which is not routed`);
  return codec.read(reader);
}

function readRoutes(reader: Reader): Map<NodeId, number> {
  const routes = new Map<NodeId, number>();
  for (let left = reader.count("routes", MAX_ROUTES_TOLD, NODE_ID_BYTES + 1); left > 0; left--) {
    const voter = readNodeId(reader);
    const hops = reader.byte("hops");
    if (hops < THROUGH_YOU || hops >= MAX_ROUTE_HOPS) throw new DecodeError("a route that nobody tells of");
    if (routes.has(voter)) throw new DecodeError("two routes to one voter");
    routes.set(voter, hops);
  }
  return routes;
}
