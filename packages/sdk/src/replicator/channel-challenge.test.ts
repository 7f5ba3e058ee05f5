import { beforeAll, describe, expect, it } from "vitest";
import { ChannelChallenge, PROOF_TIMEOUT_MS } from "./channel-challenge.ts";
import { type Message, PROTOCOL_VERSION } from "../core/messages.ts";
import { CausalContext } from "../core/causal-context.ts";
import type { Connection } from "../ports/transport.ts";
import { decodeMessage, encodeMessage } from "../core/codec/frames.ts";
import { RoomKeys } from "./room-keys.ts";
import { ManualRuntime } from "../testing/manual-runtime.fixture.ts";
import { nodeOf } from "../core/replica-state.fixture.ts";
import type { NodeId } from "../core/node-id.ts";
import { TEST_VECTORS } from "../core/codec/test-vectors.fixture.ts";

const BINDING = Uint8Array.of(1, 2, 3);
const encode = (message: Message): Uint8Array => encodeMessage(message, { compress: false }).bytes;
const DIGEST: Message = { type: "digest", digest: CausalContext.EMPTY.digest };

let right: RoomKeys;
let wrong: RoomKeys;
beforeAll(async () => {
  right = await RoomKeys.derive("right", "room", crypto.subtle);
  wrong = await RoomKeys.derive("wrong", "room", crypto.subtle);
});

/** One end of a channel, and what comes of it. What it sends lies in `sent` until a test hands it over. */
class End {
  readonly sent: Uint8Array[] = [];
  readonly log: string[] = [];
  readonly runtime = new ManualRuntime();
  readonly challenge: ChannelChallenge;

  constructor(self: NodeId, peer: NodeId, keys: RoomKeys, channelBinding: Uint8Array = BINDING) {
    // Both would make up the same nonces.
    this.runtime.randomBytes(self < peer ? 1 : 2);
    const connection: Connection = {
      peer,
      channelBinding,
      send: (bytes, priority) => {
        expect(priority).toBe("control");
        this.sent.push(bytes);
      },
      queuedBytes: () => 0,
      close: () => undefined,
    };
    this.challenge = new ChannelChallenge({
      connection,
      self,
      keys,
      runtime: this.runtime,
      admitted: (early) => this.log.push(early === undefined ? "admitted" : `admitted, ${decodeMessage(early).type}`),
      refused: (reason, error) => this.log.push(error === undefined ? reason : `${reason} (${error.message})`),
    });
    this.challenge.begin();
  }

  /** What it has sent, once it has sent so much. */
  async frames(count: number): Promise<Uint8Array[]> {
    await expect.poll(() => this.sent.length).toBe(count);
    return this.sent;
  }

  hear(...messages: (Uint8Array | Message)[]): void {
    for (const message of messages) this.challenge.received(message instanceof Uint8Array ? message : encode(message));
  }

  async outcome(): Promise<string | undefined> {
    await expect.poll(() => this.log.length).toBe(1);
    return this.log[0];
  }
}

const [A, B] = [nodeOf(1), nodeOf(2)];

/** Both ends, with what each sends handed to the other. */
async function meet(a: End, b: End): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const [fromA, fromB] = [await a.frames(i + 1), await b.frames(i + 1)];
    b.hear(fromA[i]!);
    a.hear(fromB[i]!);
  }
}

const asksProof = (nonce: string): Message => ({ type: "challenge", protocol: PROTOCOL_VERSION, nonce });

describe("a mutual challenge (T8)", () => {
  it("admits both who know the password", async () => {
    const [a, b] = [new End(A, B, right), new End(B, A, right)];
    await meet(a, b);
    expect([await a.outcome(), await b.outcome()]).toEqual(["admitted", "admitted"]);
    expect([a.runtime.timers, b.runtime.timers]).toEqual([0, 0]);
  });

  it("admits neither where one has another password", async () => {
    const [a, b] = [new End(A, B, right), new End(B, A, wrong)];
    await meet(a, b);
    for (const end of [a, b]) expect(await end.outcome()).toMatch(/^unauthorized: its password is another/);
  });

  it("admits neither where somebody stands between: the channel is another at each end", async () => {
    const [a, b] = [new End(A, B, right), new End(B, A, right, Uint8Array.of(1, 2, 4))];
    await meet(a, b);
    for (const end of [a, b]) expect(await end.outcome()).toMatch(/^unauthorized: .*somebody stands between/);
  });

  it("takes no proof that was made for another connection of the two", async () => {
    const [a, b] = [new End(A, B, right), new End(B, A, right)];
    await meet(a, b);
    const again = new End(A, B, right);
    again.hear(asksProof("00".repeat(32)), b.sent[1]!);
    expect(await again.outcome()).toMatch(/^unauthorized: /);
  });

  it("does not take its own proof back", async () => {
    const a = new End(A, B, right);
    const nonce = decodeMessage(a.sent[0]!) as Extract<Message, { type: "challenge" }>;
    a.hear(nonce);
    expect(await a.outcome()).toMatch(/^refused: a challenge before/);
    const other = new End(A, B, right);
    other.hear(asksProof("00".repeat(32)));
    other.hear((await other.frames(2))[1]!);
    expect(await other.outcome()).toMatch(/^unauthorized: /);
  });

  it("keeps the hello of a peer that was sooner, and reads it when the proof is verified", async () => {
    const [a, b] = [new End(A, B, right), new End(B, A, right)];
    a.hear((await b.frames(1))[0]!);
    b.hear((await a.frames(1))[0]!);
    a.hear((await b.frames(2))[1]!, DIGEST);
    expect(a.log).toEqual([]);
    expect(await a.outcome()).toBe("admitted, digest");
  });

  it.each<[string, Message[], RegExp]>([
    ["anything but a challenge first", [DIGEST], /^refused: a digest before its proof .*sent what no replica sends/],
    ["a proof before a challenge", [{ type: "proof", mac: "00".repeat(32) }], /^refused: a proof before/],
    ["two challenges", [asksProof("01".repeat(32)), asksProof("02".repeat(32))], /^refused: a challenge before/],
    ["anything between challenge and proof", [asksProof("01".repeat(32)), DIGEST], /^refused: a digest before/],
    [
      "more than one message before it is told",
      [asksProof("01".repeat(32)), { type: "proof", mac: "00".repeat(32) }, DIGEST, DIGEST],
      /^refused: several messages before/,
    ],
  ])("closes the connection on %s", async (_name, messages, reason) => {
    const a = new End(A, B, right);
    a.hear(...messages);
    expect(await a.outcome()).toMatch(reason);
    a.hear(DIGEST);
    expect(a.log).toHaveLength(1);
  });

  it("closes the connection on bytes that are no frame, and tells another protocol version apart", async () => {
    const garbage = new End(A, B, right);
    garbage.hear(Uint8Array.of(1, 255));
    expect(await garbage.outcome()).toMatch(/^refused: .*unknown message type/);
    const newer = new End(A, B, right);
    newer.hear({ ...(asksProof("01".repeat(32)) as object), protocol: 2 } as Message);
    expect(await newer.outcome()).toMatch(/speaks protocol 2/);
  });

  it("says `unauthorized` to who says hello at once, having no password", async () => {
    const a = new End(A, B, right);
    a.hear(TEST_VECTORS.find(({ name }) => name === "hello")!.message);
    expect(await a.outcome()).toMatch(/^unauthorized: the room has a password/);
  });

  it("does not wait for ever", async () => {
    const a = new End(A, B, right);
    a.hear(asksProof("01".repeat(32)));
    await a.frames(2);
    await a.runtime.advance(PROOF_TIMEOUT_MS - 1);
    expect(a.log).toEqual([]);
    await a.runtime.advance(1);
    expect(await a.outcome()).toBe("no proof of the password in time");
  });

  it("proves nothing on a transport that cannot tell its connections from those of somebody in between", async () => {
    const a = new End(A, B, right, new Uint8Array());
    expect(await a.outcome()).toContain("no password can be proven");
    expect(a.sent).toEqual([]);
  });
});
