import process from "node:process";
import { describe, expect, it } from "vitest";

import { asFrame, LIES, type Listener, randomOrigin, SIBLINGS } from "./lies.ts";
import { Lab, type Site } from "../core/replica-lab.fixture.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeMessage } from "../core/codec/frames.ts";
import { MAX_CLOCK_SKEW_MS } from "../core/hybrid-logical-clock.ts";
import { originOf } from "../core/causality.fixture.ts";
import { SeededRandom } from "./random.ts";
import type { StoredVersion } from "../core/version.ts";

const TIMES = 20;
const LIAR = 9;
/** The join looks at each: 10,000 take a hundred times as long. `npm run test:long` has the time. */
const MANY_SIBLINGS: number = process.env["VECMESH_FUZZ_SCALE"] === undefined ? 1_000 : 10_000;

/** Two honest replicas, and a third whose words are the test's. */
function room(): { lab: Lab; victim: Site; friend: Site; liar: Site } {
  const lab = new Lab();
  const [victim, friend, liar] = [lab.site(1), lab.site(2), lab.site(LIAR)];
  lab.connect(victim, friend);
  lab.pass(1000);
  lab.drops = (from, _to, message) => from === liar && message.type !== "hello";
  return { lab, victim, friend, liar };
}

/** Tells it from within a connection that is there, or else a new one. */
function tell({ lab, victim, liar }: ReturnType<typeof room>, lie: string, random: SeededRandom): void {
  if (![...victim.ends.values()].some((end) => end.site === liar)) lab.connect(victim, liar);
  lab.settle();
  const link = victim.link(liar);
  const listener: Listener = { hello: victim.sentOf("hello")[0]!, session: victim.sentOf("pull").at(-1)?.session };
  const means = { random, ids: ["shared"], nowMs: lab.now, mintOrigin: () => randomOrigin(random) };
  for (const told of LIES[lie]!(listener, means)) {
    try {
      victim.receive(link, decodeMessage(asFrame(told)));
    } catch (error) {
      // The runner closes such a connection.
      if (!(error instanceof DecodeError)) throw error;
    }
    lab.settle();
  }
}

/** The honest go on as if nothing had been. */
function expectUnharmed({ lab, victim, friend, liar }: ReturnType<typeof room>): void {
  if ([...victim.ends.values()].some((end) => end.site === liar)) lab.cut(victim, liar);
  for (const [writer, reader] of [
    [victim, friend],
    [friend, victim],
  ] as const) {
    const op = writer.write(`by ${writer.nodeId}`, "quorum");
    const again = writer.write("shared", "quorum");
    lab.pass(5000);
    expect(writer.outcomes.get(op)).toMatchObject({ kind: "receipt" });
    expect(writer.outcomes.get(again)).toMatchObject({ kind: "receipt" });
    expect(reader.ids()).toContain(`by ${writer.nodeId}`);
    expect(reader.replica.state.siblings("shared")).toHaveLength(1);
  }
  expect(victim.replica.state.context.digest.equals(friend.replica.state.context.digest)).toBe(true);
  for (const site of [victim, friend]) {
    expect(site.replica.state.clock.wallMs).toBeLessThanOrEqual(lab.now + MAX_CLOCK_SKEW_MS);
    expect(site.replica.isSettled).toBe(true);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
}

describe("P8: no honest replica suffers from", () => {
  it.each(Object.keys(LIES))("%s", (lie) => {
    const random = new SeededRandom(1);
    const all = room();
    for (let i = 0; i < TIMES; i++) tell(all, lie, random);
    all.lab.pass(1000);
    expectUnharmed(all);
  });

  it("thousands of siblings of one id, which one write replaces (C5, C7)", { timeout: 300_000 }, () => {
    const random = new SeededRandom(1);
    const all = room();
    for (let told = 0; told < MANY_SIBLINGS; told += SIBLINGS) tell(all, "many siblings", random);
    all.lab.pass(1000);
    expect(all.victim.replica.state.siblings("shared")).toHaveLength(MANY_SIBLINGS);
    expectUnharmed(all);
  });

  it("a version that claims to have seen all that its readers will ever write (C2, C7)", () => {
    const all = room();
    const { lab, victim, friend, liar } = all;
    victim.write("shared");
    friend.write("shared");
    lab.pass(1000);
    lab.connect(victim, liar);
    lab.settle();
    const context = new Map([...victim.replica.state.context.origins.keys()].map((origin) => [origin, 2 ** 53 - 1]));
    const forged: StoredVersion = {
      id: "shared",
      dot: { origin: originOf(0xee), seq: 1 },
      context,
      hlc: { wallMs: lab.now, counter: 0 },
      tombstone: false,
      vector: Float32Array.of(1, 1),
      metadata: {},
    };
    victim.receive(victim.link(liar), { type: "push", ack: undefined, versions: [forged] });
    lab.pass(1000);
    expectUnharmed(all);
  });
});
