import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { CHROMIUM_ARGS, findBrowser } from "../../e2e/browser/find-browser.js";

/** On the same disk as the project: the system's temporary folder may be memory. */
const PROFILES = fileURLToPath(new URL("../.cache", import.meta.url));

/**
 * Two profiles on disk, as two people have them: y-webrtc would not use WebRTC between tabs of one, and what one tab stores
 * waits for nothing that the other stores.
 */
export class BrowserPair {
  /** @type {import("playwright").BrowserContext[]} */
  #contexts = [];
  /** @type {string} */
  #folder;

  /** @param {string} folder of the profiles */
  constructor(folder) {
    this.#folder = folder;
  }

  static async launch() {
    const browser = findBrowser();
    if (browser === undefined) throw new Error("No Chromium was found: node e2e/browser/ensure-browser.js");
    await mkdir(PROFILES, { recursive: true });
    const folder = await mkdtemp(join(PROFILES, "profiles-"));
    const pair = new BrowserPair(folder);
    try {
      for (const name of ["first", "second"]) {
        pair.#contexts.push(
          await chromium.launchPersistentContext(join(folder, name), {
            executablePath: browser.executablePath,
            args: [...CHROMIUM_ARGS],
          }),
        );
      }
      return pair;
    } catch (error) {
      await pair.close();
      throw error;
    }
  }

  /**
   * A new tab in each profile, for as long as `use` lasts.
   *
   * @template T
   * @param {string} url
   * @param {(first: import("playwright").Page, second: import("playwright").Page) => Promise<T>} use
   * @returns {Promise<T>}
   * @throws {AggregateError} what `use` threw, with every error that the tabs' scripts raised
   */
  async withTabs(url, use) {
    /** @type {unknown[]} */
    const errors = [];
    const tabs = [];
    for (const context of this.#contexts) {
      const tab = await context.newPage();
      tab.on("pageerror", (error) => errors.push(error));
      tab.on("crash", () => errors.push(new Error("A tab crashed")));
      await tab.goto(url);
      tabs.push(tab);
    }
    const [first, second] = /** @type {[import("playwright").Page, import("playwright").Page]} */ (tabs);
    /** @type {T | undefined} */
    let result;
    try {
      result = await use(first, second);
    } catch (error) {
      errors.unshift(error);
    }
    for (const tab of tabs) await tab.close();
    if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => messageOf(error)).join("\n"));
    return /** @type {T} */ (result);
  }

  async close() {
    for (const context of this.#contexts) await context.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
