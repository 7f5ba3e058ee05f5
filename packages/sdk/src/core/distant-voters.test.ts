import { chain, full, meshRoom, ring, ROUTES_KNOWN_MS } from "./mesh-room.fixture.ts";
import { describe, expect, it } from "vitest";
import { dropping, ref } from "./room.fixture.ts";
import { Lab, put, type Site, TIMEOUT_MS } from "./replica-lab.fixture.ts";
import type { LinkId } from "./peer.ts";
import { MAX_ROUTE_HOPS } from "./voter-routes.ts";
import type { Message } from "./messages.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import { QUESTION_BYTES } from "./routed-mail.ts";
import { RELAYED_COMPARISON_MS } from "./anti-entropy.ts";
import { RETRY_MS } from "./distant-voters.ts";

const numbers = (site: Site, op: number): unknown[] => {
  const outcome = site.outcomes.get(op);
  return outcome?.kind === "versions" ? outcome.versions.map(({ metadata }) => metadata["n"]) : [outcome];
};
/** One voter is enough. */
const ONE = { replicationFactor: 1, formed: true };
const acksOf = (site: Site, op: number): unknown => {
  const outcome = site.outcomes.get(op);
  return outcome?.kind === "receipt" ? [...outcome.receipt.acks].sort() : outcome;
};

describe("voters that are no neighbours (T7)", () => {
  it("acknowledge a write over others, and are counted (Q4)", () => {
    const { lab, site } = meshRoom(9, [1, 5, 9], chain(9));
    for (const writer of [1, 3, 8]) {
      const op = site(writer).write(`from ${writer}`, "all");
      lab.settle();
      expect(acksOf(site(writer), op)).toEqual([nodeOf(1), nodeOf(5), nodeOf(9)]);
    }
  });

  it("answer reads, and orders writes (Q9)", () => {
    const { lab, site } = meshRoom(7, [1, 2, 3], chain(7));
    lab.drops = (_from, to) => to === site(4);
    site(1).write([put("x", 7)], "quorum");
    lab.settle();
    lab.drops = () => false;
    const op = site(7).read("x");
    lab.settle();
    expect(numbers(site(7), op)).toEqual([7]);
    const ordered = site(6).write([put("x", 8)], "quorum", true);
    lab.settle();
    expect(site(6).outcomes.get(ordered)).toMatchObject({ kind: "receipt", receipt: { ordered: true } });
  });

  it("hold by a read's end what some of them lacked (Q9)", () => {
    const { lab, site } = meshRoom(5, [1, 2, 5], chain(5));
    // What 5 has written has reached 4 alone, and acknowledgements nobody.
    lab.drops = (from) => from === site(4);
    site(5).write([put("x", 7)]);
    lab.settle();
    lab.drops = () => false;
    const op = site(3).read("x", "all");
    lab.pass(3 * RELAYED_COMPARISON_MS);
    expect(numbers(site(3), op)).toEqual([7]);
    expect([1, 2].map((n) => site(n).ids())).toEqual([["x"], ["x"]]);
  });

  it("are asked for changes of the replica set", () => {
    const { lab, site } = meshRoom(5, [1, 2], chain(5), { replicationFactor: 3 });
    const op = site(5).ask((id, deadline) => ({
      type: "reconfigure",
      op: id,
      change: "remove",
      nodeId: nodeOf(77),
      deadline,
    }));
    lab.settle();
    expect(site(5).failure(op)).toMatchObject({ code: "replica-not-found" });
  });

  it("fail a write at once where no way leads to enough of them, and not before (Q2)", () => {
    const { lab, site } = meshRoom(6, [1, 2, 3], ring(6));
    lab.cut(site(5), site(6));
    lab.settle();
    const still = site(5).write("x", "all");
    lab.settle();
    expect(site(5).outcomes.get(still)).toMatchObject({ kind: "receipt" });
    lab.cut(site(3), site(4));
    lab.pass(ROUTES_KNOWN_MS);
    const cut = site(5).write("y", "quorum");
    lab.settle();
    expect(site(5).failure(cut)).toMatchObject({ code: "quorum-unavailable", alive: 0 });
  });

  it("are asked again over another way, and after a while anyhow", () => {
    const { lab, site } = meshRoom(6, [1], ring(6), ONE);
    lab.drops = dropping("routed-answer");
    const op = site(4).write("x", "quorum");
    lab.settle();
    expect(site(4).outcomes.has(op)).toBe(false);
    lab.drops = () => false;
    lab.pass(RETRY_MS);
    expect(acksOf(site(4), op)).toEqual([nodeOf(1)]);
    lab.drops = dropping("routed-answer");
    const moved = site(4).write("y", "quorum");
    lab.settle();
    lab.drops = () => false;
    lab.cut(site(2), site(1));
    lab.pass(ROUTES_KNOWN_MS);
    lab.cut(site(5), site(4));
    lab.connect(site(3), site(6));
    lab.pass(ROUTES_KNOWN_MS);
    expect(acksOf(site(4), moved)).toEqual([nodeOf(1)]);
  });

  it("are not asked twice for what is answered, nor for what nobody waits for any more", () => {
    const { lab, site } = meshRoom(5, [1], chain(5), ONE);
    site(5).write("x", "quorum");
    lab.settle();
    lab.drops = dropping("routed-answer");
    site(5).write("y", "quorum");
    lab.pass(TIMEOUT_MS);
    const asked = site(5).sentOf("routed-question").length;
    expect(asked).toBe(2 + Math.floor((TIMEOUT_MS - 1) / RETRY_MS));
    lab.pass(10 * RETRY_MS);
    expect(site(5).sentOf("routed-question")).toHaveLength(asked);
  });

  it("are neighbours again as soon as they connect, with nothing lost in between", () => {
    const { lab, site } = meshRoom(4, [1], chain(4), ONE);
    lab.drops = dropping("routed-question");
    const op = site(4).write("x", "quorum");
    lab.settle();
    lab.connect(site(4), site(1));
    lab.settle();
    expect(acksOf(site(4), op)).toEqual([nodeOf(1)]);
    lab.cut(site(4), site(1));
    lab.drops = () => false;
    const again = site(4).write("y", "quorum");
    lab.settle();
    expect(acksOf(site(4), again)).toEqual([nodeOf(1)]);
  });

  it("are not taken for lost, nor is their majority (Q7a, Q7c)", () => {
    const { lab, sites } = meshRoom(7, [1, 2, 3], chain(7), { barred: [] });
    lab.pass(2 * 60 * 60_000);
    const { lineage, epoch } = ref(sites[0]!);
    for (const site of sites) expect(ref(site)).toEqual({ lineage, epoch });
  });

  it("that have forgotten are found out by an answer below what was known before the question (Q3)", () => {
    const { lab, site } = meshRoom(4, [1, 2], chain(4));
    const op = site(4).write("x", "quorum");
    lab.settle();
    expect(acksOf(site(4), op)).toEqual([nodeOf(1), nodeOf(2)]);
    const tampered = (message: Message): Message =>
      message.type === "routed-answer" && "counter" in message.body
        ? { ...message, body: { ...message.body, counter: 0 } }
        : message;
    const deceived = site(4).write("y", "quorum");
    lab.drops = (_from, to, message) => {
      if (to !== site(4) || message.type !== "routed-answer") return false;
      to.inbox.push({ link: to.link(site(3)), message: tampered(message) });
      return true;
    };
    lab.settle();
    expect(site(4).failure(deceived)).toMatchObject({ code: "quorum-unavailable" });
  });
});

describe("what is passed on (T7)", () => {
  const question = (at: Site, from: Site, fields: object = {}): Message => ({
    type: "routed-question",
    target: nodeOf(1),
    nonce: "00000000000000aa",
    route: [from.nodeId],
    body: { type: "read-request", request: 1, ...ref(at), ids: ["x"] },
    ...fields,
  });

  it("says who has passed it on, or its sender is let go", () => {
    const { lab, site } = meshRoom(3, [1], chain(3));
    site(2).receive(site(2).link(site(3)), question(site(2), site(3), { route: [nodeOf(9)] }));
    lab.settle();
    expect(site(2).closed).toEqual(["refused: a question that does not say who has passed it on"]);
  });

  it("goes in no circles, and no further than any mesh is wide", () => {
    const { lab, site } = meshRoom(3, [1], chain(3));
    const link: LinkId = site(2).link(site(3));
    const long = Array.from({ length: MAX_ROUTE_HOPS - 1 }, (_, i) => nodeOf(100 + i));
    site(2).receive(link, question(site(2), site(3), { route: [...long, site(3).nodeId] }));
    site(2).receive(link, question(site(2), site(3), { route: [nodeOf(1), site(3).nodeId] }));
    site(2).receive(link, question(site(2), site(3), { route: [nodeOf(2), site(3).nodeId] }));
    lab.settle();
    expect(site(2).sentOf("routed-question")).toEqual([]);
  });

  it("is answered to nobody but who knows its nonce and is on the way", () => {
    const { lab, site } = meshRoom(5, [1], [...chain(4), [4, 5], [5, 3]], ONE);
    lab.drops = dropping("routed-answer", "push");
    const op = site(4).write("x", "quorum");
    lab.settle();
    const [asked] = site(4).sentOf("routed-question");
    const body = { type: "ack", request: asked!.body.request, ...ref(site(4)), counter: 99 } as const;
    const forged = { type: "routed-answer", nonce: asked!.nonce, route: [], body } as const;
    site(4).receive(site(4).link(site(5)), forged);
    site(4).receive(site(4).link(site(3)), { ...forged, nonce: "00000000000000bb" });
    expect(site(4).outcomes.has(op)).toBe(false);
    // What a relay on the way can do: GUARANTEES.md says so.
    site(4).receive(site(4).link(site(3)), forged);
    expect(acksOf(site(4), op)).toEqual([nodeOf(1)]);
  });

  it("is so much for each neighbour, and the rest is dropped", () => {
    const { lab, site } = meshRoom(3, [1], chain(3));
    const ids = Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(500, "x"));
    const big = question(site(2), site(3), { body: { type: "read-request", request: 1, ...ref(site(2)), ids } });
    for (let i = 0; i < 5; i++) site(2).receive(site(2).link(site(3)), big);
    lab.settle();
    expect(site(2).sentOf("routed-question")).toHaveLength(Math.floor(QUESTION_BYTES.atOnce / (500 * 1000)));
  });
});

describe("what is shown of voters that are no neighbours (T7)", () => {
  it("is that they are there, how many connections away, and a lag of at least the neighbour's on the way", () => {
    const { lab, site } = meshRoom(5, [1, 2, 5], chain(5));
    const { status } = site(3).replica;
    const of = (n: number): object | undefined => status.replicas(lab.now).find(({ id }) => id === nodeOf(n));
    expect(of(5)).toMatchObject({ role: "voter", status: "healthy", hops: 2 });
    expect(of(5)).not.toHaveProperty("lagMs");
    expect(of(2)).toMatchObject({ status: "healthy", hops: 1, lagMs: 0 });
    expect(of(4)).toMatchObject({ role: "learner", hops: 1 });
    lab.drops = (_from, to) => to === site(4);
    site(3).write("x");
    lab.settle();
    lab.now += 700;
    expect(status.lagMs(lab.now)).toBe(700);
    lab.cut(site(3), site(4));
    expect(of(5)).toMatchObject({ status: "offline", lagMs: 0 });
    expect(
      site(3)
        .told("replica")
        .filter(({ nodeId }) => nodeId === nodeOf(5))
        .map((notice) => notice.status),
    ).toEqual(["healthy", "offline"]);
  });
});

describe("whom a voter prefers to be connected to (T7)", () => {
  it("are also those of another lineage that it meets, as one has to be handed over to the other's (Q7b)", () => {
    const lab = new Lab();
    const [ours, theirs] = [recordOf([1, 2]), recordOf([3, 4])];
    const [a, c] = [lab.site(1, { image: { replicaSet: ours } }), lab.site(3, { image: { replicaSet: theirs } })];
    lab.connect(a, c);
    lab.settle();
    expect([...a.preferred].sort()).toEqual([nodeOf(2), nodeOf(3), nodeOf(4)]);
    expect([...c.preferred].sort()).toEqual([nodeOf(1), nodeOf(2), nodeOf(4)]);
  });

  it("are the other voters; a learner prefers nobody", () => {
    const { site } = meshRoom(4, [1, 2, 3], full(4));
    expect([...site(1).preferred].sort()).toEqual([nodeOf(2), nodeOf(3)]);
    expect(site(4).preferred.size).toBe(0);
  });
});
