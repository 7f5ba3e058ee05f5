import { describe, expect, it } from "vitest";
import { SEALED_GOODBYE, SIGNALING_KEY_HEX } from "../../core/codec/test-vectors.fixture.ts";
import { hexToBytes, type NodeId } from "../../core/node-id.ts";
import { systemRuntime } from "../system-runtime.ts";
import type { Envelope, Instance, Letter, SealedEnvelope } from "./envelope.ts";
import { sealedSignaling } from "./sealed-signaling.ts";
import type { Signaling, SignalingChannel, SignalingEvents } from "./signaling.ts";

const keyOf = (bytes: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", new Uint8Array(bytes), "AES-GCM", false, ["encrypt", "decrypt"]);
const RIGHT = new Uint8Array(32).fill(1);
const WRONG = new Uint8Array(32).fill(2);
const NODE = "0123456789abcdef0123456789abcdef" as NodeId;
const HERE = "00".repeat(8) as Instance;
const THERE = "11".repeat(8) as Instance;

/** One side of a room, with what is under it and what comes out above. */
class Side {
  readonly instance: Instance;
  readonly carried: SealedEnvelope[] = [];
  readonly log: unknown[] = [];
  shownNodeId: string | undefined;
  below!: SignalingEvents;
  readonly channel: SignalingChannel;

  private constructor(instance: Instance, key: CryptoKey, room: string) {
    this.instance = instance;
    const way: Signaling = {
      open: (_room, self, events) => {
        this.shownNodeId = self.nodeId;
        this.below = events;
        return {
          size: 0,
          refresh() {},
          send: (letter) => void this.carried.push(letter as SealedEnvelope),
          wake() {},
          close() {},
        };
      },
    };
    this.channel = sealedSignaling(way, key, systemRuntime()).open(
      room,
      { nodeId: NODE, instance },
      {
        opened: () => this.log.push("opened"),
        present: (instances) => this.log.push(`present: ${instances.join()}`),
        received: (envelope) => this.log.push(envelope),
        unreadable: (letter) => this.log.push(`unreadable: ${letter.type}`),
        lost: (gone) => this.log.push(`lost ${gone}`),
        error: (error) => this.log.push(error.message),
      },
    );
  }

  static async of(instance: Instance, key: Uint8Array = RIGHT, room = "room"): Promise<Side> {
    return new Side(instance, await keyOf(key), room);
  }

  announcement(to?: Instance): Envelope {
    return {
      type: "announce",
      nodeId: NODE,
      instance: this.instance,
      openedAt: 1,
      upMs: 2,
      to,
      answer: false,
      free: true,
    };
  }

  /** What it has put out, once that is so much. */
  async sealed(count: number): Promise<SealedEnvelope[]> {
    await expect.poll(() => this.carried.length).toBe(count);
    return this.carried;
  }

  async hears(letter: Letter): Promise<unknown> {
    const before = this.log.length;
    if (letter.type === "sealed") this.below.unreadable(letter);
    else this.below.received(letter);
    // Behind it in the same queue.
    this.below.lost(THERE);
    await expect.poll(() => this.log.at(-1)).toBe(`lost ${THERE}`);
    const [heard] = this.log.slice(before, -1);
    this.log.length = before;
    return heard;
  }
}

describe("sealed signaling (T8)", () => {
  it("brings what was sealed by the same password, as it was", async () => {
    const [here, there] = [await Side.of(HERE), await Side.of(THERE)];
    for (const to of [undefined, THERE]) here.channel.send(here.announcement(to));
    for (const [i, letter] of (await here.sealed(2)).entries())
      expect(await there.hears(letter)).toEqual(here.announcement([undefined, THERE][i]));
  });

  it("shows who carries it neither NodeId nor content, and no two letters alike", async () => {
    const here = await Side.of(HERE);
    const signal = { type: "offer", sdp: "v=0\r\na=candidate:secret\r\n" } as const;
    const envelope: Envelope = { ...sender(here), type: "signal", to: THERE, attempt: 1, signal };
    here.channel.send(envelope);
    here.channel.send(envelope);
    const [first, second] = await here.sealed(2);
    expect(Object.keys(first!).toSorted()).toEqual(["instance", "sealed", "to", "type"]);
    expect(first!.sealed).not.toBe(second!.sealed);
    expect(here.shownNodeId).toBe(HERE);
    const bytes = Buffer.from(first!.sealed, "base64url").toString("latin1");
    for (const secret of [NODE, "candidate", "offer"]) expect(bytes).not.toContain(secret);
  });

  it("keeps the order, also behind what takes longer to seal", async () => {
    const [here, there] = [await Side.of(HERE), await Side.of(THERE)];
    const sdp = `v=0\r\n${"x".repeat(16_000)}`;
    here.channel.send({ ...sender(here), type: "signal", to: THERE, attempt: 1, signal: { type: "offer", sdp } });
    for (let i = 2; i < 20; i++) here.channel.send({ ...here.announcement(THERE), upMs: i });
    for (const letter of await here.sealed(19)) there.below.unreadable(letter);
    await expect.poll(() => there.log.length).toBe(19);
    expect(there.log[0]).toMatchObject({ type: "signal" });
    expect(there.log.slice(1).map((each) => (each as Envelope).upMs)).toEqual(
      Array.from({ length: 18 }, (_, i) => i + 2),
    );
  });

  it("cannot be read by another password, in another room, or when changed, redirected or told as another's", async () => {
    const here = await Side.of(HERE);
    here.channel.send(here.announcement(THERE));
    const [letter] = (await here.sealed(1)) as [SealedEnvelope];
    const there = await Side.of(THERE);
    expect(await there.hears(letter)).toEqual(here.announcement(THERE));
    const flipped = letter.sealed.startsWith("A") ? `B${letter.sealed.slice(1)}` : `A${letter.sealed.slice(1)}`;
    for (const [side, changed] of [
      [await Side.of(THERE, WRONG), letter],
      [await Side.of(THERE, RIGHT, "other"), letter],
      [there, { ...letter, instance: "22".repeat(8) as Instance }],
      [there, { ...letter, to: undefined }],
      [there, { ...letter, sealed: flipped }],
      [there, { ...letter, sealed: letter.sealed.slice(0, -4) }],
      [there, { ...letter, sealed: "" }],
      [there, { ...letter, sealed: "not base64url!" }],
    ] as const) {
      expect(await side.hears(changed)).toBe("unreadable: sealed");
    }
  });

  it("does not take what is not sealed", async () => {
    const there = await Side.of(THERE);
    expect(await there.hears((await Side.of(HERE)).announcement())).toBe("unreadable: announce");
  });

  it("says goodbye at once, though the page is being closed", async () => {
    const [here, there] = [await Side.of(HERE), await Side.of(THERE)];
    const { nodeId, instance } = here.announcement();
    // Sealed beforehand: a while after it was opened.
    await expect
      .poll(() => {
        here.channel.send({ type: "goodbye", nodeId, instance, openedAt: 5, upMs: 5, to: undefined });
        return here.carried.length;
      })
      .toBe(1);
    here.channel.close();
    expect(await there.hears(here.carried[0]!)).toMatchObject({ type: "goodbye", nodeId, instance });
  });

  it("raises nothing and sends nothing once it is closed", async () => {
    const [here, there] = [await Side.of(HERE), await Side.of(THERE)];
    here.channel.send(here.announcement());
    const [letter] = await here.sealed(1);
    there.below.unreadable(letter!);
    there.channel.send(there.announcement());
    there.channel.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([there.log, there.carried]).toEqual([[], []]);
  });

  it("opens no more than it can, in a flood", async () => {
    const [here, there] = [await Side.of(HERE), await Side.of(THERE)];
    here.channel.send(here.announcement());
    const [letter] = (await here.sealed(1)) as [SealedEnvelope];
    for (let i = 0; i < 10_000; i++) there.below.unreadable(letter);
    there.below.lost(THERE);
    await expect.poll(() => there.log.at(-1)).toBe(`lost ${THERE}`);
    expect(there.log).toHaveLength(256 + 1);
    there.log.length = 0;
    expect(await there.hears(letter)).toEqual(here.announcement());
  });

  it("is laid out as docs/PROTOCOL.md says", async () => {
    const there = await Side.of(THERE, hexToBytes(SIGNALING_KEY_HEX), "notes");
    expect(await there.hears(SEALED_GOODBYE as SealedEnvelope)).toEqual({
      type: "goodbye",
      nodeId: "000102030405060708090a0b0c0d0e0f",
      instance: "0011223344556677",
      openedAt: 0,
      upMs: 0,
      to: undefined,
    });
  });
});

function sender({ instance }: Side): Pick<Envelope, "nodeId" | "instance" | "openedAt" | "upMs"> {
  return { nodeId: NODE, instance, openedAt: 1, upMs: 2 };
}
