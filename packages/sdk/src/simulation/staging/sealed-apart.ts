import type { Machine } from "../machine.ts";
import type { Stage } from "./stage.ts";

/** From a machine's loss until it is swapped, and all of that: its peers take up to 12 s to notice. */
const PATIENCE_MS = 30_000;
/** From the vote to the seal: in it, the one that was off finds its peer, writes, and asks for acknowledgements. */
const SEAL_LATE_MS = { min: 2500, max: 5000 } as const;
/** From the seal until what was asked about before has come, too. */
const DATA_LATE_MS = { min: 50, max: 1500 } as const;
/** Longer than the rest of an epoch's change takes. */
const APART_MS = { min: 3000, max: 8000 } as const;

/**
 * Q6, seals. One voter is off, and is being swapped by the second. The third has voted for that when the one that was off comes back, and
 * meets only the third. Then the third seals, and hears nothing any more of the second, for whom the next epoch begins without the one
 * that is back. Acknowledged by those two, a write would be lost: be it one of later, or one that was asked about before the seal and has come after.
 */
export async function sealedApart(stage: Stage): Promise<boolean> {
  const cast = await stage.cast(3, 1, PATIENCE_MS);
  if (cast === undefined) return false;
  const lost = stage.random.pick(cast.voters);
  const [driver, sealed] = cast.voters.filter((voter) => voter !== lost);
  const [heir] = cast.others;
  if (driver === undefined || sealed === undefined || heir === undefined) return false;
  stage.part(sealed, heir);
  stage.part(lost, heir);
  stage.part(lost, driver);
  stage.switchOff(lost);
  const sealLateMs = stage.random.real(SEAL_LATE_MS.min, SEAL_LATE_MS.max);
  const apartMs = stage.random.real(APART_MS.min, APART_MS.max);
  stage.once("accept", driver, sealed, () => {
    stage.hold(driver, sealed, sealLateMs);
    void returnAndWrite(stage, lost, sealed, sealLateMs);
  });
  stage.once("seal", driver, sealed, () => stage.hold(driver, sealed, apartMs));
  let isApart = false;
  stage.once("sealed", sealed, driver, () => {
    stage.hold(sealed, driver, apartMs);
    isApart = true;
  });
  if (!(await stage.until(() => isApart, PATIENCE_MS))) return false;
  await stage.writeOften([sealed, lost], apartMs);
  return stage.epochOn(driver, cast.record) > cast.record.epoch;
}

/** What it writes while it is alone is asked about as soon as it has found its peer, and arrives there after the seal. */
async function returnAndWrite(stage: Stage, lost: Machine, sealed: Machine, sealLateMs: number): Promise<void> {
  const dataLateMs = stage.random.real(DATA_LATE_MS.min, DATA_LATE_MS.max);
  const until = stage.nowMs + sealLateMs + dataLateMs;
  stage.starve(sealed, sealLateMs + dataLateMs);
  lost.switchOn();
  if (!(await stage.until(() => lost.replicator !== undefined, sealLateMs))) return;
  for (let n = stage.random.integer(1, 3); n > 0; n--) stage.write(lost);
  await stage.until(() => stage.areConnected(lost, sealed), sealLateMs);
  while (stage.nowMs < until) {
    await stage.passMs(stage.random.real(100, 300));
    stage.confirm(lost);
  }
}
