import { type MemoryNetwork, memoryStorage } from "@vecmesh/sdk/memory";
import { Replicator, vectorClock } from "@vecmesh/sdk";
import { ConflictDrill } from "./conflict-drill.ts";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import { DrillPartner } from "./drill-partner.ts";
import type { Embedding } from "../meaning/embedding.ts";
import { followEntries } from "./following.ts";
import { NoteCollection } from "./note-collection.ts";
import { NoteWriter } from "./note-writer.ts";
import { Presence } from "../presence.ts";
import { UnconfirmedWrites } from "./unconfirmed-writes.ts";
import { vectorOfUnknown } from "../meaning/unit-vector.ts";

const embedHere = (text: string): Embedding => ({ vector: vectorOfUnknown(text, DIMENSIONS), words: [] });

export interface Tab {
  readonly replicator: Replicator;
  readonly collection: NoteCollection;
  readonly unconfirmed: UnconfirmedWrites;
  readonly writer: NoteWriter;
  readonly presence: Presence;
  readonly drill: ConflictDrill;
  readonly errors: unknown[];
}

/** A tab without its page: a real replica in memory, with all that the page puts on top of it. Not yet online. */
export async function openTab(network: MemoryNetwork): Promise<Tab> {
  const replicator = await Replicator.create({
    room: "room",
    dimensions: DIMENSIONS,
    distinctDevices: false,
    conflictResolution: vectorClock(),
    storage: memoryStorage(),
    transport: network.transport(),
  });
  const errors: unknown[] = [];
  const saved = new Map<string, string>();
  const storage = {
    getItem: (key: string) => saved.get(key) ?? null,
    setItem: (key: string, value: string) => void saved.set(key, value),
  };
  const collection = new NoteCollection();
  const unconfirmed = new UnconfirmedWrites(storage, "room", replicator.nodeId);
  const writer = new NoteWriter(replicator, embedHere, unconfirmed);
  writer.failed.subscribe((error) => void errors.push(error));
  const presence = new Presence(replicator);
  const drill = new ConflictDrill(replicator, presence, writer, collection);
  const partner = new DrillPartner(replicator, writer);
  const fail = (error: unknown): void => void errors.push(error);
  replicator.on("replica", ({ nodeId, status }) => {
    if (status === "offline") partner.left(nodeId).catch(fail);
  });
  followEntries(replicator, collection, (metadata) => {
    drill.hear(metadata);
    partner.hear(metadata).catch(fail);
  }).catch(fail);
  return { replicator, collection, unconfirmed, writer, presence, drill, errors };
}

/** Waiting for what must become so: far above what anything here takes, so that only a fault reaches it. */
export const PATIENCE = { timeout: 20_000 };

/** Whether a tab sees so many voters here. */
export async function seesVoters({ replicator }: Tab, count: number): Promise<boolean> {
  const replicas = await replicator.replicas();
  return replicas.filter(({ role, status }) => role === "voter" && status !== "offline").length === count;
}
