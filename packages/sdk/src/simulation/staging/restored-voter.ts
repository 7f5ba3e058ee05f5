import type { Stage } from "./stage.ts";

const PATIENCE_MS = 20_000;
/** In which the others see how far the voter's counter has come. */
const BEFORE_MS = { min: 500, max: 3000 } as const;
const DEAD_MS = { min: 10, max: 1000 } as const;
const AFTER_MS = { min: 3000, max: 8000 } as const;

/**
 * Q3. A voter's store is restored from a backup while another one is off: then the third could only count on the one that has forgotten,
 * and nobody can enrol that again.
 */
export async function restoredVoter(stage: Stage): Promise<boolean> {
  const cast = await stage.cast(3, 0, PATIENCE_MS);
  if (cast === undefined) return false;
  const [witness, restored, absent] = stage.random.shuffled(cast.voters);
  if (witness === undefined || restored === undefined || absent === undefined) return false;
  const backup = restored.backUp();
  await stage.writeOften(cast.voters, stage.random.real(BEFORE_MS.min, BEFORE_MS.max));
  stage.switchOff(absent);
  restored.die();
  restored.replaceStore(backup);
  await stage.passMs(stage.random.real(DEAD_MS.min, DEAD_MS.max));
  restored.open();
  await stage.writeOften([witness], stage.random.real(AFTER_MS.min, AFTER_MS.max));
  return true;
}
