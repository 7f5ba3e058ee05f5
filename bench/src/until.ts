/** How often a condition is looked at: what is measured by it is coarser by so much. Browsers give nested timers no less than 4 ms. */
const POLL_MS = 4;

/** Resolves with `performance.now()` when the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<number> {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return performance.now();
}
