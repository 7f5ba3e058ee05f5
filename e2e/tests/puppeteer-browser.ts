import { type Browser, launch, type LaunchOptions, type Page } from "puppeteer-core";
import { CHROMIUM_ARGS, findBrowser } from "../browser/find-browser.js";
import { findFirefox } from "../browser/find-firefox.js";

/** Firefox starts slower than Chromium, most of all with a new profile. */
const LAUNCH_TIMEOUT_MS = 90_000;
/** Longer than any test waits, so that what fails is the test's own expectation, which says what was missing. */
const PROTOCOL_TIMEOUT_MS = 300_000;

/** By these drivers keep Chromium from treating a background tab as it does a user's. */
const UNTHROTTLED_ARGS = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

/** What Firefox says of a request that failed, beside what the page is told: nobody can catch it. */
const FAILED_REQUEST = /can’t establish a connection|connection to .* was interrupted|Cross-Origin Request Blocked/;

/**
 * A browser that Playwright cannot drive as these tests need it: a Firefox as it is installed, or a Chromium whose tabs can be frozen.
 * The profile is on disk and outlives the browser. Errors that its pages leave uncaught are in `uncaught`.
 */
export class PuppeteerBrowser {
  readonly uncaught: unknown[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async firefox(userDataDir: string, args: readonly string[] = []): Promise<PuppeteerBrowser> {
    const { executablePath } = findFirefox() ?? {};
    if (executablePath === undefined) throw new Error("There is no Firefox here.");
    return PuppeteerBrowser.#launch({ browser: "firefox", executablePath, userDataDir, args: [...args] });
  }

  /** @param wrap makes a command that starts the browser elsewhere, of the one that starts it */
  static async chromium(
    userDataDir: string,
    args: readonly string[] = [],
    wrap: (executablePath: string) => string = (executablePath) => executablePath,
  ): Promise<PuppeteerBrowser> {
    const { executablePath } = findBrowser() ?? {};
    if (executablePath === undefined) throw new Error("There is no Chromium here.");
    return PuppeteerBrowser.#launch({
      browser: "chrome",
      executablePath: wrap(executablePath),
      // Wherever it is, a pipe leads there.
      pipe: true,
      userDataDir,
      args: [...CHROMIUM_ARGS, ...args],
      ignoreDefaultArgs: UNTHROTTLED_ARGS,
    });
  }

  static async #launch(options: LaunchOptions): Promise<PuppeteerBrowser> {
    const limits = { timeout: LAUNCH_TIMEOUT_MS, protocolTimeout: PROTOCOL_TIMEOUT_MS };
    return new PuppeteerBrowser(await launch({ ...options, ...limits }));
  }

  async newPage(): Promise<Page> {
    const page = await this.#browser.newPage();
    page.on("pageerror", (error) => {
      if (!FAILED_REQUEST.test(String(error))) this.uncaught.push(error);
    });
    return page;
  }

  /** Stops all its processes, as a closed laptop does: nothing runs, no socket is closed, and the clock goes on. */
  suspend(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  /** Puppeteer makes each browser the leader of a group of processes. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#browser.process() ?? {};
    if (pid === undefined) throw new Error("The browser has no process.");
    process.kill(-pid, signal);
  }

  /** Closes all tabs but one, without which the browser would end. */
  async closePages(): Promise<void> {
    const [, ...pages] = await this.#browser.pages();
    await Promise.all(pages.map((page) => page.close()));
  }

  /** Ends the browser as its user would. */
  close(): Promise<void> {
    return this.#browser.close();
  }
}
