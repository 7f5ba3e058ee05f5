import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { CHROMIUM_ARGS, findBrowser } from "./e2e/browser/find-browser.js";
import { pageCommands } from "./e2e/browser/page-commands.js";

// A profile on disk, because a context of its own keeps IndexedDB in memory; not in the system's temporary folder,
// which may be memory as well; one for each run, because two browsers cannot share one.
const browserProfile = fileURLToPath(new URL(`node_modules/.cache/browser-tests/${process.pid}`, import.meta.url));
process.once("exit", () => rmSync(browserProfile, { recursive: true, force: true, maxRetries: 5 }));

/**
 * What runs whole simulations takes minutes, the rest seconds: begun last, the former would leave the other processors with nothing to do.
 * Vitest goes by how long files took in the run before, which a fresh clone does not know, and then by their size, which is small.
 */
class SimulationsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes("/src/simulation/");
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** For what becomes true by itself; by default a second, which a busy machine may stall for. */
const POLL_MS = 20_000;
const executablePath = findBrowser()?.executablePath;

export default defineConfig({
  test: {
    sequence: { sequencer: SimulationsFirst },
    projects: [
      {
        test: {
          name: "node",
          environment: "node",
          // Left to itself Vitest leaves one processor out, which is half of two.
          maxWorkers: "100%",
          // Only what hangs is to fail here: on a machine that does much else, a search of a second takes ten, and 10,000 edits a minute.
          testTimeout: 180_000,
          expect: { poll: { timeout: POLL_MS } },
          include: ["packages/*/src/**/*.test.ts", "demo/src/**/*.test.ts", "bench/{src,runner}/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts", "**/node_modules/**", "**/dist/**"],
        },
      },
      {
        // Found while tests run, a dependency would reload the page under them.
        optimizeDeps: { include: ["idb", "simple-peer/simplepeer.min.js"] },
        test: {
          name: "browser",
          include: ["packages/*/src/**/*.browser.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          // The contract's tests write megabytes to a disk that others use.
          testTimeout: 30_000,
          expect: { poll: { timeout: POLL_MS } },
          // Vitest ignores the profile when files run at once.
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { args: [...CHROMIUM_ARGS], ...(executablePath && { executablePath }) },
              persistentContext: browserProfile,
            }),
            instances: [{ browser: "chromium" }],
            commands: pageCommands(browserProfile),
          },
        },
      },
    ],
  },
});
