import { describe, expect, it } from "vitest";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { lineageOf, recordOf } from "./replica-state.fixture.ts";
import type { Message } from "./messages.ts";
import { majority } from "./replica-set.ts";
import { ref } from "./room.fixture.ts";

const MINUTE_MS: number = 60 * 1000;
const [LOSER, WINNER] = [lineageOf(1), lineageOf(4)];

/** Two formed lineages of three voters each, that have not met. The losing one has acknowledged a write, of which the third has not heard. */
function lineages(): { lab: Lab; losers: [Site, Site, Site]; winners: [Site, Site, Site] } {
  const lab = new Lab();
  const siteOf = (members: readonly number[]) => (n: number) =>
    lab.site(n, { image: { replicaSet: recordOf(members) } });
  const losers = [1, 2, 3].map(siteOf([1, 2, 3])) as [Site, Site, Site];
  const winners = [4, 5, 6].map(siteOf([4, 5, 6])) as [Site, Site, Site];
  for (const voters of [losers, winners]) connectAll(lab, voters, voters);
  lab.pass(SYNC_INTERVAL_MS);
  const [first, second, third] = losers;
  lab.cut(first, third);
  lab.cut(second, third);
  const op = first.write("kept", "quorum");
  lab.settle();
  expect(first.outcomes.get(op)?.kind).toBe("receipt");
  return { lab, losers, winners };
}

function connectAll(lab: Lab, some: readonly Site[], others: readonly Site[]): void {
  for (const a of some)
    for (const b of others)
      if (a.nodeId < b.nodeId && ![...a.ends.values()].some((end) => end.site === b)) lab.connect(a, b);
}

/** Q7b: whether a voter of the loser goes by the winner, or calls its lineage retired, before a majority of the winner holds the write. */
function freedTooEarly(losers: readonly Site[], winners: readonly Site[]): boolean {
  const holders = winners.filter((site) => site.ids().includes("kept")).length;
  const isFreed = losers.some(
    ({ replica: { state } }) => state.home !== LOSER || state.lineages.get(LOSER)?.retiredInto !== undefined,
  );
  return isFreed && holders < majority(winners.length);
}

/** When the driver dies: what of its words is lost, and how to tell that it has come that far. */
interface Stage {
  readonly lost: Message["type"];
  hasCome(driver: Site, second: Site): boolean;
}

const STAGES: Readonly<Record<string, Stage>> = {
  "before it has sealed anybody": { lost: "seal", hasCome: (driver) => driver.sentOf("seal").length > 0 },
  "before it hears of a seal": { lost: "sealed", hasCome: (_, second) => second.sentOf("sealed").length > 0 },
  "before it has asked the winner": { lost: "install", hasCome: (driver) => driver.sentOf("install").length > 0 },
  "before it hears from the winner": { lost: "installed", hasCome: (driver) => driver.sentOf("install").length > 0 },
  "when it is done, and has told nobody": { lost: "retired", hasCome: (driver) => ref(driver).lineage === WINNER },
};

describe("whoever hands a lineage over may die over it (Q7b)", () => {
  it.each(Object.keys(STAGES))("%s: others finish, and free nobody before the transfer", (name) => {
    const stage = STAGES[name]!;
    const { lab, losers, winners } = lineages();
    const [driver, second, third] = losers;
    const isDone = stage.lost === "retired";
    const early: string[] = [];
    lab.drops = (from, to, message) => {
      if (freedTooEarly(losers, winners)) early.push(`${from.nodeId} ${message.type}`);
      return message.type === stage.lost && (from === driver || to === driver);
    };
    // While but one of the winner's stores answers, nobody may be freed.
    const slow = winners.slice(isDone ? 2 : 1);
    for (const site of slow) site.holdsCommits = true;
    connectAll(lab, losers, [...losers, ...winners]);
    lab.pass(5 * SYNC_INTERVAL_MS);
    expect(stage.hasCome(driver, second)).toBe(true);
    // So far, nobody else has lifted a hand.
    for (const site of [second, third, ...winners]) expect(site.sentOf("seal")).toEqual([]);
    for (const end of Array.from(driver.ends.values())) lab.cut(end.site, driver);
    lab.pass(MINUTE_MS);
    if (!isDone) for (const site of [second, third]) expect(ref(site).lineage).toBe(LOSER);
    for (const site of slow) site.holdsCommits = false;
    lab.pass(MINUTE_MS);
    for (const site of [second, third, ...winners]) {
      expect(ref(site).lineage).toBe(WINNER);
      expect(site.ids()).toEqual(["kept"]);
    }
    expect(early).toEqual([]);
  });
});
