import type { Stage } from "./stage.ts";

const PATIENCE_MS = 20_000;
/** From the death of a voter's process to the next one. */
const DEAD_MS = { min: 10, max: 1500 } as const;
/** What the others need to lose patience, and to decide. */
const LATER_MS = { min: 3000, max: 8000 } as const;

/**
 * Q6, votes. A voter decides on a change, and is cut off before anybody hears of it. Those who have voted for it restart, miss the one
 * that is gone, and decide about the same epoch.
 */
export async function decidedAlone(stage: Stage): Promise<boolean> {
  const cast = await stage.cast(3, 1, PATIENCE_MS);
  if (cast === undefined) return false;
  const [proposer, ...others] = stage.random.shuffled(cast.voters);
  const [heir] = cast.others;
  if (proposer === undefined || heir === undefined) return false;
  const cutOff = (): void => {
    for (const machine of [...others, heir]) stage.part(proposer, machine);
    for (const voter of others) {
      if (!stage.random.chance(0.9)) continue;
      voter.die();
      void stage.passMs(stage.random.real(DEAD_MS.min, DEAD_MS.max)).then(() => voter.open());
    }
  };
  stage.once("accepted", undefined, proposer, cutOff);
  stage.remove(proposer, stage.random.pick(others));
  const isDecided = (): boolean => stage.epochOn(proposer, cast.record, true) > cast.record.epoch;
  if (!(await stage.until(isDecided, PATIENCE_MS))) return false;
  await stage.passMs(stage.voterSwapMs + stage.random.real(LATER_MS.min, LATER_MS.max));
  return true;
}
