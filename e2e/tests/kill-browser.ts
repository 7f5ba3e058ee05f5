import process from "node:process";
import type { BrowserContext } from "@playwright/test";

/** Kills a device's whole browser, as a power cut would: none of its processes runs another instruction. */
export async function killBrowser(device: BrowserContext): Promise<void> {
  const session = await device.browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const closed = device.waitForEvent("close");
  // The browser's own first, so that it sees none of its tabs crash.
  for (const { id } of processInfo.toSorted((a, b) => rank(a.type) - rank(b.type))) kill(id);
  await closed;
}

function rank(type: string): number {
  return type === "browser" ? 0 : 1;
}

/** The others of a browser that is gone may be gone as well. */
function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
