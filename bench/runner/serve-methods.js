import process from "node:process";

/**
 * Does what a NodeProcess asks for.
 *
 * @param {Record<string, (...args: any[]) => unknown>} methods
 */
export function serveMethods(methods) {
  /** @param {{ call: number, method: string, args: unknown[] }} asked */
  const answer = async ({ call, method, args }) => {
    try {
      process.send?.({ call, value: await methods[method]?.(...args) });
    } catch (error) {
      process.send?.({ call, error: error instanceof Error ? error.stack : String(error) });
    }
  };
  process.on("message", (/** @type {Parameters<typeof answer>[0]} */ asked) => void answer(asked));
  // Nobody is left to measure for.
  process.once("disconnect", () => process.exit());
}
