import { beforeAll, describe, expect, it } from "vitest";
import type { Connection, TransportEvents, TransportIdentity } from "../ports/transport.ts";
import { decodeMessage, encodeMessage } from "../core/codec/frames.ts";
import { type Message, PROTOCOL_VERSION } from "../core/messages.ts";
import { isReplicationError } from "../core/replication-error.ts";
import { ManualRuntime } from "../testing/manual-runtime.fixture.ts";
import { nodeOf } from "../core/replica-state.fixture.ts";
import { PasswordGate } from "./password-gate.ts";
import { RoomKeys } from "./room-keys.ts";
import { TEST_VECTORS } from "../core/codec/test-vectors.fixture.ts";

const PEER = nodeOf(2);
const CHALLENGE: Message = { type: "challenge", protocol: PROTOCOL_VERSION, nonce: "01".repeat(32) };
const HELLO = TEST_VECTORS.find(({ name }) => name === "hello")!.message;
const encode = (message: Message): Uint8Array => encodeMessage(message, { compress: false }).bytes;

let keys: RoomKeys;
beforeAll(async () => {
  keys = await RoomKeys.derive("password", "room", crypto.subtle);
});

/** A gate, with a transport under it that does what the test says, and what comes out above. */
class Scene {
  readonly log: string[] = [];
  readonly sent: string[] = [];
  readonly runtime = new ManualRuntime();
  below!: TransportEvents;
  identity!: TransportIdentity;
  readonly connection: Connection = {
    peer: PEER,
    channelBinding: Uint8Array.of(1),
    send: (bytes) => void this.sent.push(decodeMessage(bytes).type),
    queuedBytes: () => 0,
    close: (reason) => void this.sent.push(`close: ${reason}`),
  };
  #stop: () => Promise<void> = () => Promise.resolve();

  static async joined(roomKeys?: RoomKeys): Promise<Scene> {
    const scene = new Scene();
    const transport = {
      join: async (identity: TransportIdentity, events: TransportEvents) => {
        scene.identity = identity;
        scene.below = events;
        return { prefer() {}, stop: () => Promise.resolve() };
      },
    };
    const session = await new PasswordGate(transport, scene.runtime, roomKeys).join(
      { room: "room", nodeId: nodeOf(1), openedAt: 0 },
      {
        connected: () => scene.log.push("connected"),
        message: (_connection, bytes) => scene.log.push(decodeMessage(bytes).type),
        disconnected: (_connection, reason) => scene.log.push(`disconnected: ${reason}`),
        twin: (openedAt) => scene.log.push(`twin ${openedAt}`),
        error: (error) => scene.log.push(isReplicationError(error) ? error.code : error.message),
      },
    );
    scene.#stop = () => session.stop();
    scene.below.connected(scene.connection);
    return scene;
  }

  hear(...messages: Message[]): void {
    for (const message of messages) this.below.message(this.connection, encode(message));
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

describe("a gate without a password (T8)", () => {
  it("lets all through", async () => {
    const scene = await Scene.joined();
    scene.hear(HELLO, CHALLENGE);
    scene.below.disconnected(scene.connection, "gone");
    scene.below.twin(5);
    expect(scene.log).toEqual(["connected", "hello", "challenge", "disconnected: gone", "twin 5"]);
    expect(scene.sent).toEqual([]);
    expect(scene.identity.sealingKey).toBeUndefined();
  });

  it("closes the connection of who asks for one first", async () => {
    const scene = await Scene.joined();
    scene.hear(CHALLENGE);
    expect(scene.sent).toEqual([expect.stringMatching(/^close: unauthorized: /)]);
    expect(scene.log).toEqual(["connected"]);
  });
});

describe("a gate with a password (T8)", () => {
  it("shows nothing of a connection that is not proven, and seals what goes through third parties", async () => {
    const scene = await Scene.joined(keys);
    expect(scene.sent).toEqual(["challenge"]);
    scene.hear(CHALLENGE);
    scene.below.disconnected(scene.connection, "gone");
    scene.below.twin(5);
    scene.below.error(new Error("elsewhere"));
    expect(scene.log).toEqual(["twin 5", "elsewhere"]);
    expect(scene.identity.sealingKey).toBe(keys.sealing);
    expect(scene.runtime.timers).toBe(0);
  });

  it.each([
    ["unauthorized: its password is another", "unauthorized"],
    ["refused: a proof of 3 bytes", "invalid-frame"],
  ])("tells why the peer closes it, where that concerns the user: %s", async (reason, code) => {
    const scene = await Scene.joined(keys);
    scene.below.disconnected(scene.connection, reason);
    expect(scene.log).toEqual([code]);
  });

  it("tells of a refusal once, though the connection's end follows", async () => {
    const scene = await Scene.joined(keys);
    scene.hear(HELLO, HELLO);
    scene.below.disconnected(scene.connection, "unauthorized: as we said");
    expect(scene.log).toEqual(["unauthorized"]);
    expect(scene.sent).toEqual(["challenge", expect.stringMatching(/^close: unauthorized: /)]);
  });

  it("raises nothing once it is stopped, whatever was under way", async () => {
    const scene = await Scene.joined(keys);
    scene.hear(CHALLENGE, { type: "proof", mac: "00".repeat(32) });
    await scene.stop();
    await scene.runtime.advance(60_000);
    // As long as what was begun may take.
    await keys.prove(new Uint8Array());
    await keys.prove(new Uint8Array());
    scene.hear(HELLO);
    expect(scene.log).toEqual([]);
    expect(scene.sent).toEqual(["challenge"]);
  });
});
