import { DecodeError } from "./decode-error.ts";
import { MAX_ROUTES_TOLD, MAX_TOLD_LINKS } from "./limits.ts";
import { MAX_ROUTE_HOPS, THROUGH_YOU } from "../voter-routes.ts";
import type { MessageCodecs } from "./message-codec.ts";
import { NODE_ID_BYTES, type NodeId } from "../node-id.ts";
import type { Reader } from "./reader.ts";
import { readNodeId } from "./records.ts";
import type { Writer } from "./writer.ts";

/** Partial meshes (T7). */
export const meshCodecs: MessageCodecs<"neighbours"> = {
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
};

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

function writeNodeIds(writer: Writer, nodeIds: readonly NodeId[], max: number): void {
  writer.uint(nodeIds.length, "NodeIds", max);
  for (const nodeId of nodeIds) writer.hex(nodeId);
}

function readNodeIds(reader: Reader, what: string, max: number): NodeId[] {
  const nodeIds = new Set<NodeId>();
  const count = reader.count(what, max, NODE_ID_BYTES);
  for (let left = count; left > 0; left--) nodeIds.add(readNodeId(reader));
  if (nodeIds.size < count) throw new DecodeError("a NodeId twice");
  return [...nodeIds];
}
