import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { isAnswer, PaxosLab } from "./paxos-lab.fixture.ts";

/** What happens next, by its name, so that the same is found again in another order. */
type Step = string;

const STARTS: readonly Step[] = ["1 proposes", "2 proposes"];

/**
 * All that can happen next: a voter begins, or a question arrives, and its answer with it. What is lost
 * is what never arrives. (That answers are lost or late, and voters die, is the other search's.)
 */
function stepsOf(lab: PaxosLab, done: readonly Step[]): Map<Step, () => void> {
  const steps = new Map<Step, () => void>();
  for (const [i, start] of STARTS.entries())
    if (!done.includes(start)) steps.set(start, () => lab.voters[i]!.propose());
  for (const question of lab.flights) {
    const { from, to, message } = question;
    steps.set(`${from} asks ${to} to ${message.type}`, () => {
      lab.land(question);
      for (const answer of lab.flights.filter((flight) => isAnswer(flight.message))) lab.land(answer);
    });
  }
  return steps;
}

function replay(schedule: readonly Step[]): PaxosLab {
  const lab = new PaxosLab();
  for (const [i, step] of schedule.entries()) stepsOf(lab, schedule.slice(0, i)).get(step)!();
  return lab;
}

function expectOneChosen(lab: PaxosLab, schedule: unknown): void {
  if (lab.chosen.size > 1)
    throw new Error(`${[...lab.chosen].join(" and ")} were chosen by ${JSON.stringify(schedule)}`);
  for (const decided of lab.decided)
    if (!lab.chosen.has(decided)) throw new Error(`${decided} is decided, not chosen, by ${JSON.stringify(schedule)}`);
}

describe("two proposals for the next epoch (Q6)", () => {
  it("let one be chosen, in every order in which their messages can arrive or be lost", { timeout: 300_000 }, () => {
    const seen = new Set<string>();
    const outcomes = new Map<string, number>();
    const pending: (readonly Step[])[] = [[]];
    for (let schedule = pending.pop(); schedule !== undefined; schedule = pending.pop()) {
      const lab = replay(schedule);
      const { state } = lab;
      if (seen.has(state)) continue;
      seen.add(state);
      expectOneChosen(lab, schedule);
      const steps = stepsOf(lab, schedule);
      if (steps.size === 0) {
        const outcome = [...lab.chosen].join() || "none";
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      for (const step of steps.keys()) pending.push([...schedule, step]);
    }
    // Either can win.
    expect([...outcomes.keys()].sort()).toEqual(["1,2,12", "1,3,11"]);
  });

  it(
    "let one be chosen though all three try again and again, die, and hear each other late, twice or never",
    { timeout: 300_000 },
    () => {
      let most = 0;
      const happenings = fc.array(fc.record({ what: fc.nat(9), which: fc.nat(1000) }), {
        minLength: 20,
        maxLength: 120,
      });
      fc.assert(
        fc.property(happenings, (steps) => {
          const lab = new PaxosLab();
          for (const { what, which } of steps) {
            const voter = lab.voters[which % lab.voters.length]!;
            const flight = lab.flights[which % lab.flights.length];
            if (what === 0 || flight === undefined) voter.propose();
            else if (what === 1) voter.open();
            else if (what === 2) lab.lose(flight);
            else lab.land(flight, what === 3);
            expectOneChosen(lab, steps);
          }
          most = Math.max(most, lab.ballots);
        }),
        { numRuns: 400, seed: 6 },
      );
      // One has voted in several ballots: there were old votes to be true to.
      expect(most).toBeGreaterThan(3);
    },
  );
});
