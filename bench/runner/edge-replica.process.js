/** An edge replica, with everything by its defaults, and one end of a bare channel, in a process of their own. */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import wrtc from "@roamhq/wrtc";
import { createEdgeReplicator } from "@vecmesh/edge";
import { BareChannel } from "../src/bare-channel.js";
import { gaussianVectors, idOf } from "../src/gaussian-vectors.js";
import { serveMethods } from "./serve-methods.js";

/** @typedef {import("../src/gaussian-vectors.js").GaussianSource} GaussianSource */

/** Entries written at once while a replica is filled. */
const LOAD_BATCH = 1000;
const POLL_MS = 4;
/** Until LevelDB has done what it does in the background, and a collection has let go of what it can. */
const SETTLE_MS = 2000;

/** @type {import("@vecmesh/sdk").Replicator} */
let replicator;
/** @type {{ room: string, data: string, replicaName?: string, signaling?: string }} */
let options;
/** @type {BareChannel} */
let channel;
/** @type {Promise<void>} */
let sent;

/** No library tells when its channel has opened. */
let opened = Number.POSITIVE_INFINITY;
/** @param {RTCDataChannel} opening */
const watch = (opening) =>
  opening.addEventListener("open", () => {
    opened = Math.min(opened, performance.now());
  });
const { RTCPeerConnection } = wrtc;
wrtc.RTCPeerConnection = class extends RTCPeerConnection {
  /** @param {RTCConfiguration} [configuration] */
  constructor(configuration) {
    super(configuration);
    this.addEventListener("datachannel", (event) => watch(event.channel));
  }

  /**
   * @override
   * @param {string} label
   * @param {RTCDataChannelInit} [channelOptions]
   */
  createDataChannel(label, channelOptions) {
    const opening = super.createDataChannel(label, channelOptions);
    watch(opening);
    return opening;
  }
};

const methods = {
  /** @param {typeof options} given */
  async open(given) {
    options = given;
    replicator = await createEdgeReplicator(options);
    replicator.on("error", ({ error }) => {
      // What goes wrong while something is measured is the runner's error: a figure would hide it.
      throw error;
    });
  },

  async start() {
    await replicator.start();
  },

  /** @param {GaussianSource} source */
  async load(source) {
    let batch = [];
    let index = 0;
    for (const vector of gaussianVectors(source)) {
      batch.push({ id: idOf(index++), vector });
      if (batch.length < LOAD_BATCH && index < source.count) continue;
      await replicator.writeBatch(batch, { consistency: "one" });
      batch = [];
    }
  },

  /**
   * Starts, and waits until so many entries are durable here: milliseconds.
   *
   * @param {GaussianSource} source
   */
  async catchUp({ count, dimensions }) {
    const started = performance.now();
    opened = Number.POSITIVE_INFINITY;
    await replicator.start();
    while ((await replicator.count()) < count) await sleep(POLL_MS);
    // Sync may commit without waiting for the disk; a write of this replica's own waits for it, and for all that went before.
    await replicator.write({ id: "last", vector: new Float32Array(dimensions) }, { consistency: "one" });
    const durable = performance.now();
    return { fromStartMs: durable - started, fromChannelMs: durable - opened };
  },

  /**
   * Opens the store anew, and compares every entry bit by bit.
   *
   * @param {GaussianSource} source
   */
  async verifyStored(source) {
    await replicator.close();
    replicator = await createEdgeReplicator(options);
    const expected = new Float32Array(source.count * source.dimensions);
    /** @type {Map<string, number>} */
    const missing = new Map();
    for (const vector of gaussianVectors(source)) {
      expected.set(vector, missing.size * source.dimensions);
      missing.set(idOf(missing.size), missing.size * source.dimensions);
    }
    for await (const { id, vector } of replicator.entries()) {
      const begin = missing.get(id);
      if (begin === undefined) continue;
      if (vector.some((component, i) => component !== expected[begin + i]))
        throw new Error(`vecmesh: the vector of ${id} is not what was written`);
      missing.delete(id);
    }
    if (missing.size > 0) throw new Error(`vecmesh: ${missing.size} of ${source.count} entries are not stored`);
  },

  /** @param {number} dimensions */
  async search(dimensions) {
    await replicator.search(
      Float32Array.from({ length: dimensions }, (_, i) => (i === 0 ? 1 : 0)),
      { k: 1 },
    );
  },

  /** Bytes, when nothing is under way. Linux only. */
  async memory() {
    await sleep(SETTLE_MS);
    // The second takes what the first has only made free.
    for (let i = 0; i < 2; i++) {
      global.gc?.();
      await sleep(SETTLE_MS / 10);
    }
    const status = await readFile("/proc/self/status", "utf8");
    /** @param {string} name */
    const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return { resident: bytes("VmRSS"), mapped: bytes("RssFile"), heapUsed, arrayBuffers };
  },

  async close() {
    await replicator.close();
  },

  openChannel() {
    channel = new BareChannel(wrtc);
  },

  offer: () => channel.offer(),
  /** @param {RTCSessionDescriptionInit} offer */
  answer: (offer) => channel.answer(offer),
  /** @param {RTCSessionDescriptionInit} answer */
  accept: (answer) => channel.accept(answer),
  channelOpened: () => channel.opened,
  /** @param {number} bytes */
  prepareToSend: (bytes) => {
    sent = channel.sendWhenAsked(bytes);
  },
  sent: () => sent,
  /** @param {number} bytes */
  receive: (bytes) => channel.receive(bytes),
  closeChannel: () => channel.close(),
};

/** @typedef {typeof methods} EdgeReplicaMethods */

serveMethods(methods);
