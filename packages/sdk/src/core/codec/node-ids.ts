import { DecodeError } from "./decode-error.ts";
import { NODE_ID_BYTES, type NodeId } from "../node-id.ts";
import type { Reader } from "./reader.ts";
import { readNodeId } from "./records.ts";
import type { Writer } from "./writer.ts";

export function writeNodeIds(writer: Writer, nodeIds: readonly NodeId[], max: number): void {
  writer.uint(nodeIds.length, "NodeIds", max);
  for (const nodeId of nodeIds) writer.hex(nodeId);
}

/** @throws DecodeError where one is there twice */
export function readNodeIds(reader: Reader, what: string, max: number): NodeId[] {
  const nodeIds = new Set<NodeId>();
  const count = reader.count(what, max, NODE_ID_BYTES);
  for (let left = count; left > 0; left--) nodeIds.add(readNodeId(reader));
  if (nodeIds.size < count) throw new DecodeError("a NodeId twice");
  return [...nodeIds];
}
