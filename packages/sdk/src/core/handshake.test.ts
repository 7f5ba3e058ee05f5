import { describe, expect, it } from "vitest";
import { Lab, type Site, type SiteOptions } from "./replica-lab.fixture.ts";
import { deviceOf, nodeOf, recordOf } from "./replica-state.fixture.ts";
import { type Hello, PROTOCOL_VERSION } from "./messages.ts";
import { CausalContext } from "./causal-context.ts";
import { HELLO_TIMEOUT_MS } from "./handshake.ts";
import type { LinkId } from "./peer.ts";
import type { RoomFacts } from "./room-facts.ts";

const NOW = 1_000_000;
const LINK = 99 as LinkId;
const facts = (fields: Partial<RoomFacts> = {}): RoomFacts => ({
  dimensions: 2,
  replicationFactor: undefined,
  distinctDevices: undefined,
  conflictResolution: undefined,
  signed: false,
  ...fields,
});

function hello(fields: Partial<Hello> = {}): Hello {
  return {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    room: "room",
    nodeId: nodeOf(2),
    deviceId: deviceOf(2),
    steady: false,
    facts: facts(),
    counter: 1,
    replicaSet: recordOf([2]),
    ...fields,
  };
}

/** A replica that has been dialled by node 2 and has said hello. */
function dialled(options: SiteOptions = {}): { lab: Lab; site: Site } {
  const lab = new Lab();
  const site = lab.site(1, options);
  // Somebody must be at the other end for the lab to deliver to.
  site.ends.set(LINK, { site: lab.site(2), link: 98 as LinkId });
  site.handle({ type: "link-up", link: LINK, claims: nodeOf(2) });
  return { lab, site };
}

describe("a handshake", () => {
  it("says hello first, and answers nothing before the other's", () => {
    const { site } = dialled();
    expect(site.sent.map((message) => message.type)).toEqual(["hello"]);
    site.receive(LINK, hello());
    expect(site.sent.map((message) => message.type)).toContain("digest");
    expect(site.told("replica")).toEqual([{ type: "replica", nodeId: nodeOf(2), status: "healthy" }]);
  });

  it.each<[string, Partial<Hello>, string]>([
    ["another room", { room: "elsewhere" }, "another room"],
    ["this replica's own NodeId", { nodeId: nodeOf(1) }, "own NodeId"],
    ["another NodeId than was dialled", { nodeId: nodeOf(3) }, "another replica"],
    ["a record that cannot be", { replicaSet: recordOf([]) }, "without voters"],
  ])("with %s ends in a closed connection and an event", (_name, fields, reason) => {
    const { site } = dialled();
    site.receive(LINK, hello(fields));
    expect(site.closed).toEqual([expect.stringContaining(reason)]);
    expect(site.told("error")).toMatchObject([{ error: { code: "invalid-frame" } }]);
    expect(site.replica.status.replicas(NOW)).toHaveLength(1);
  });

  it("is over when anything comes before hello, and when hello comes twice", () => {
    const early = dialled().site;
    early.receive(LINK, { type: "digest", digest: CausalContext.EMPTY.digest });
    expect(early.closed).toEqual(["refused: a digest before hello"]);
    const twice = dialled().site;
    twice.receive(LINK, hello());
    twice.receive(LINK, hello());
    expect(twice.closed).toEqual(["refused: a second hello"]);
    expect(twice.replica.status.replicas(NOW).filter((replica) => replica.status !== "offline")).toHaveLength(1);
  });

  it("T8: is over when a password is asked for or proven here: that is done before it", () => {
    const challenge = { type: "challenge", protocol: PROTOCOL_VERSION, nonce: "00".repeat(32) } as const;
    const proof = { type: "proof", mac: "00".repeat(32) } as const;
    for (const message of [challenge, proof]) {
      const early = dialled().site;
      early.receive(LINK, message);
      expect(early.closed).toEqual([`refused: a ${message.type} before hello`]);
      const late = dialled().site;
      late.receive(LINK, hello());
      late.receive(LINK, message);
      expect(late.closed).toEqual([`refused: a ${message.type} after hello`]);
    }
  });

  it("is over when no hello comes in time", () => {
    const { lab, site } = dialled();
    lab.pass(HELLO_TIMEOUT_MS - 1);
    expect(site.closed).toEqual([]);
    lab.pass(1);
    expect(site.closed).toEqual(["no hello in time"]);
  });

  it.each<[keyof RoomFacts, Partial<RoomFacts>]>([
    ["dimensions", { dimensions: 3 }],
    ["replicationFactor", { replicationFactor: 5 }],
    ["distinctDevices", { distinctDevices: false }],
    ["conflictResolution", { conflictResolution: "vector-clock" }],
    ["signed", { signed: true }],
  ])("of rooms that differ in %s is a mismatch for the one that would have to yield", (fact, insists) => {
    const lab = new Lab();
    const room = lab.site(1, { image: { replicaSet: recordOf([1, 9]) } });
    const misfit = lab.site(2, {
      config: { insists: facts(insists) },
      image: { replicaSet: recordOf([2], insists as never) },
    });
    lab.connect(room, misfit);
    const [toRoom, toMisfit] = [misfit.sentOf("hello")[0]!, room.sentOf("hello")[0]!];
    misfit.receive(misfit.link(room), toMisfit);
    expect(misfit.closed).toEqual(["room-mismatch"]);
    expect(misfit.told("error")).toMatchObject([{ error: { code: "room-mismatch", fact } }]);
    lab.connect(room, misfit);
    room.receive(room.link(misfit), toRoom);
    expect(room.closed).toEqual(["room-mismatch"]);
    expect(room.told("error")).toEqual([]);
    expect(misfit.replica.state.replicaSet.lineage).not.toBe(room.replica.state.replicaSet.lineage);
  });

  it("of two versions of a resolver warns both and goes on (C6)", () => {
    const lab = new Lab();
    const [a, b] = ["custom:1", "custom:2"].map((conflictResolution, i) =>
      lab.site(i + 1, {
        config: { insists: facts({ conflictResolution }) },
        image: { replicaSet: recordOf([i + 1], { conflictResolution }) },
      }),
    ) as [Site, Site];
    lab.connect(a, b);
    lab.settle();
    for (const site of [a, b]) {
      expect(site.told("error")).toMatchObject([{ error: { code: "room-mismatch", fact: "conflictResolution" } }]);
      expect(site.closed).toEqual([]);
    }
    expect(a.replica.state.replicaSet.lineage).toBe(b.replica.state.replicaSet.lineage);
  });
});
