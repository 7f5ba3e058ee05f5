/**
 * Commands of the browser tests that a page cannot carry out itself: other tabs of the same profile. They run in
 * Node; `commands` of "vitest/browser" calls them.
 *
 * @typedef {import("playwright").Page} Page
 * @typedef {{ context: import("playwright").BrowserContext, page: Page }} Context
 */
import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** A path that the server never sees: the tab is empty but for what the test loads into it. */
const EMPTY_PAGE = "/empty-page";

/** @type {Map<string, Page>} */
const tabs = new Map();

/**
 * Opens a tab with the module of that path, relative to the repository, as `globalThis.subject`.
 *
 * @param {Context} context
 * @param {string} modulePath
 * @param {string} [subdomain] Of localhost, for an origin that shares nothing with the test's own
 * @returns {Promise<string>} the tab's name for the other commands
 */
async function openTab({ context, page: testPage }, modulePath, subdomain) {
  const address = new URL(EMPTY_PAGE, testPage.url());
  if (subdomain !== undefined) address.hostname = `${subdomain}.localhost`;
  const tab = await context.newPage();
  await tab.route(`**${EMPTY_PAGE}`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await tab.goto(address.href);
  const name = randomUUID();
  tabs.set(name, tab);
  await loadSubject(tab, modulePath);
  return name;
}

/**
 * Calls a function in a tab, given as its source, and returns what its promise resolves with.
 *
 * @param {Context} _context
 * @param {string} name
 * @param {string} source
 * @param {readonly unknown[]} args
 */
async function runInTab(_context, name, source, args) {
  return tabNamed(name).evaluate(`(${source})(...${JSON.stringify(args)})`);
}

/**
 * @param {Context} _context
 * @param {string} name
 * @param {string} modulePath
 */
async function reloadTab(_context, name, modulePath) {
  await tabNamed(name).reload();
  await loadSubject(tabNamed(name), modulePath);
}

/**
 * @param {Context} _context
 * @param {string} name
 */
async function closeTab(_context, name) {
  const tab = tabNamed(name);
  tabs.delete(name);
  await tab.close();
}

/**
 * Kills the tab's process: nothing of the page's runs any more, no event and no clean-up.
 *
 * @param {Context} context
 * @param {string} name
 */
async function crashTab({ context }, name) {
  const tab = tabNamed(name);
  const session = await context.newCDPSession(tab);
  const crashed = tab.waitForEvent("crash");
  // A process that dies answers nothing: the event tells.
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  tabs.delete(name);
  await tab.close();
}

/**
 * @param {Page} tab
 * @param {string} modulePath
 */
async function loadSubject(tab, modulePath) {
  await tab.evaluate(
    `import(${JSON.stringify(`/${modulePath}`)}).then((subject) => void (globalThis.subject = { ...subject }))`,
  );
}

/** @param {string} name */
function tabNamed(name) {
  const tab = tabs.get(name);
  if (tab === undefined) throw new Error(`There is no tab ${name}: it was closed, or never opened.`);
  return tab;
}

/** @param {string} profileFolder Where the browser keeps the profile that the tests use. */
export function pageCommands(profileFolder) {
  return {
    openTab,
    runInTab,
    reloadTab,
    closeTab,
    crashTab,
    /** The folders of this profile's databases, one an origin. A profile in memory has none. */
    listDatabaseFolders: () => readdir(join(profileFolder, "Default", "IndexedDB")),
  };
}
