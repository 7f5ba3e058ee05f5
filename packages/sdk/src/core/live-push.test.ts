import { describe, expect, it } from "vitest";
import { LivePush, MAX_PUSHED_AHEAD, UNDER_WAY_MS } from "./live-push.ts";
import { dotOf, versionOf } from "./causality.fixture.ts";
import type { Effect } from "./effects.ts";
import type { Environment } from "./environment.ts";
import { Lab } from "./replica-lab.fixture.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { StoredVersion } from "./version.ts";

const LINK = 1 as LinkId;

const FULL_MESH = { isRelaying: false, relayTargets: (): Peer[] => [] };

/** One connected peer that differs since some time ago, and what is pushed to it. */
class Sender {
  readonly peer = { link: LINK, differsSince: 1 as number | undefined };
  readonly push: LivePush;
  now = 1_000_000;
  pushed = 0;
  #seq = 0;

  constructor() {
    const environment: Pick<Environment, "peers" | "now" | "emit"> = {
      peers: new Map([[LINK, this.peer as Peer]]),
      now: () => this.now,
      emit: (effect: Effect) => {
        if (effect.type === "send" && effect.message.type === "push") this.pushed += effect.message.versions.length;
      },
    };
    this.push = new LivePush(environment as Environment, FULL_MESH, () => undefined);
    this.push.peerUp(LINK);
  }

  write(count: number, components = 2): { unasked: Peer[]; dots: StoredVersion["dot"][] } {
    const vector = new Float32Array(components);
    const versions = Array.from({ length: count }, () => versionOf({ dot: dotOf(1, ++this.#seq), vector }));
    const unasked = this.push.push(versions, () => ({ request: 1, lineage: "l" as never, epoch: 1 }));
    return { unasked, dots: versions.map((version) => version.dot) };
  }

  /** How many of those dots a session leaves out. */
  underWay(dots: readonly StoredVersion["dot"][]): number {
    const underWay = this.push.underWay(LINK);
    return dots.filter((dot) => underWay.covers(dot)).length;
  }
}

describe("a live push", () => {
  it("is under way for a while, in which sessions leave it out", () => {
    const sender = new Sender();
    const { dots, unasked } = sender.write(2);
    expect([sender.pushed, sender.underWay(dots), unasked]).toEqual([2, 2, []]);
    sender.now += 2 * UNDER_WAY_MS;
    sender.underWay(dots);
    sender.now += 2 * UNDER_WAY_MS;
    expect(sender.underWay(dots)).toBe(0);
  });

  it("gives all peers the very same versions, which are encoded once for all", () => {
    const lab = new Lab();
    const [a, b, c] = [lab.site(1), lab.site(2), lab.site(3)];
    lab.connect(a, b);
    lab.connect(a, c);
    lab.pass(1000);
    const before = a.sentOf("push").length;
    a.write("x");
    lab.settle();
    const [one, other] = a.sentOf("push").slice(before);
    expect(one!.versions).toBe(other!.versions);
  });

  it("leaves a bulk load to a session at once: neither sent nor under way, and asked about on its own", () => {
    const sender = new Sender();
    const { dots, unasked } = sender.write(MAX_PUSHED_AHEAD.versions + 1);
    expect([sender.pushed, sender.underWay(dots), unasked]).toEqual([0, 0, [sender.peer]]);
  });

  it("stops before a peer that does not catch up has more before it than it can take", () => {
    const sender = new Sender();
    const writes = Array.from({ length: MAX_PUSHED_AHEAD.versions / 100 + 3 }, () => sender.write(100).dots);
    expect(sender.pushed).toBe(MAX_PUSHED_AHEAD.versions);
    expect(sender.underWay(writes.flat())).toBe(MAX_PUSHED_AHEAD.versions);
    const large = new Sender();
    const components = 100_000;
    for (let i = 0; i < 20; i++) large.write(1, components);
    expect(large.pushed).toBe(Math.floor(MAX_PUSHED_AHEAD.bytes / (4 * components + 200)));
  });

  it("goes on when the peer has caught up", () => {
    const sender = new Sender();
    sender.write(MAX_PUSHED_AHEAD.versions);
    sender.peer.differsSince = undefined;
    sender.write(1);
    expect(sender.pushed).toBe(MAX_PUSHED_AHEAD.versions + 1);
  });
});
