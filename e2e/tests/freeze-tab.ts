import type { Page } from "puppeteer-core";
import type { Tab } from "./tab.ts";

/** Freezes the tab as Chromium does one that has long been in the background: none of its tasks runs. Resolves with how to thaw it. */
export async function freezeTab({ page }: Tab<Page>): Promise<() => Promise<void>> {
  const session = await page.createCDPSession();
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  return async () => {
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await session.detach();
  };
}
