import type { CommitBatch } from "../ports/storage.ts";
import { CONTEXT_PREFIX } from "../core/store-layout.ts";
import type { Disk } from "./disk.ts";
import { nodeIdOf } from "./stored-image.ts";
import type { NodeId } from "../core/node-id.ts";

/**
 * Which contexts each replica has had on its disk, as sums of hashes: whoever says that a peer does not lag claims that the peer once had
 * the very context that it has itself.
 */
export class ContextHistories {
  readonly #ofNode = new Map<NodeId, Set<number>>();
  /** What each disk's context is, and was before its last change: a replica learns of a commit after the disk has it. */
  readonly #onDisk = new Map<Disk, { now: number; before: number }>();

  /** Before a batch shows. */
  applying(disk: Disk, batch: CommitBatch): void {
    const sums = this.#sumsOf(disk);
    let sum = sums.now;
    for (const [key, value] of batch.puts) {
      if (!key.startsWith(CONTEXT_PREFIX)) continue;
      const replaced = disk.image.get(key);
      sum ^= hashOf(key, value) ^ (replaced === undefined ? 0 : hashOf(key, replaced));
    }
    for (const key of batch.deletes) {
      const replaced = disk.image.get(key);
      if (key.startsWith(CONTEXT_PREFIX) && replaced !== undefined) sum ^= hashOf(key, replaced);
    }
    this.#onDisk.set(disk, { now: sum, before: sums.now });
    const nodeId = nodeIdOf(new Map(batch.puts)) ?? nodeIdOf(disk.image);
    if (nodeId !== undefined) this.#note(nodeId, sum);
  }

  /** The disk's content has been changed from outside. */
  replaced(disk: Disk): void {
    this.#onDisk.delete(disk);
    const nodeId = nodeIdOf(disk.image);
    if (nodeId !== undefined) this.#note(nodeId, this.#sumsOf(disk).now);
  }

  /** Whether a node has ever had the context that is on this disk, or the one before. Nothing is known of a node without a disk. */
  hasHadContextOf(disk: Disk, nodeId: NodeId): boolean {
    const history = this.#ofNode.get(nodeId);
    const { now, before } = this.#sumsOf(disk);
    return history === undefined || history.has(now) || history.has(before);
  }

  #note(nodeId: NodeId, sum: number): void {
    const history = this.#ofNode.get(nodeId);
    if (history === undefined) this.#ofNode.set(nodeId, new Set([sum]));
    else history.add(sum);
  }

  #sumsOf(disk: Disk): { now: number; before: number } {
    let sums = this.#onDisk.get(disk);
    if (sums === undefined) {
      let now = 0;
      for (const [key, value] of disk.image) if (key.startsWith(CONTEXT_PREFIX)) now ^= hashOf(key, value);
      sums = { now, before: now };
      this.#onDisk.set(disk, sums);
    }
    return sums;
  }
}

/** FNV-1a with a final mix: 32 bits, since a run has some hundred contexts and one that looks equal only hides a fault. */
function hashOf(key: string, value: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  for (const byte of value) hash = Math.imul(hash ^ byte, 0x01000193);
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return once ^ (once >>> 13);
}
