import type { Tab } from "./tab.ts";

/** Kills the tab's process: no event of the page's, and no clean-up. */
export async function crashTab({ page }: Tab): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // A process that dies answers nothing: the event tells.
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  await page.close();
}
