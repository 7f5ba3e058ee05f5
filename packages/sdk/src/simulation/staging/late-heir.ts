import type { Stage } from "./stage.ts";

const PATIENCE_MS = 30_000;
/** Until all is over: it has what it lacks when the last change needs it to, or not before. */
const STARVED_MS = { min: 25_000, max: 40_000 } as const;
/** In which a write is acknowledged by those that hear of it. */
const WRITTEN_MS = 1500;
/** For the last change, which has to wait for the one that starves. */
const LAST_MS = { min: 2000, max: 6000 } as const;

/**
 * Q6, what a seal tells. A voter starves and lacks a write for two epochs, while those who hold it go: the second voter is lost and
 * swapped, the first is removed, and then the one that came in. What the epoch before the last had acknowledged must not go with them.
 */
export async function lateHeir(stage: Stage): Promise<boolean> {
  const cast = await stage.cast(3, 1, PATIENCE_MS);
  if (cast === undefined) return false;
  const { record } = cast;
  const [keeper, lost, starved] = stage.random.shuffled(cast.voters);
  if (keeper === undefined || lost === undefined || starved === undefined) return false;
  // What is written in the last epoch, the one that starves would have to wait for.
  stage.isHushed = true;
  stage.starve(starved, stage.random.real(STARVED_MS.min, STARVED_MS.max));
  stage.write(keeper);
  await stage.passMs(WRITTEN_MS);
  stage.switchOff(lost);
  if (!(await stage.until(() => stage.epochOn(keeper, record) > record.epoch, PATIENCE_MS))) return false;
  stage.remove(keeper, keeper);
  await stage.until(() => stage.epochOn(keeper, record) > record.epoch + 1, PATIENCE_MS);
  const newcomer = cast.others.find((other) => stage.isVoter(other, record));
  if (newcomer === undefined) return false;
  stage.remove(newcomer, newcomer);
  await stage.passMs(stage.random.real(LAST_MS.min, LAST_MS.max));
  return true;
}
