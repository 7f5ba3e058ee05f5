import type { Page } from "@playwright/test";

/** A page that hangs is what a test may have failed of. */
const PATIENCE_MS = 3000;

/** What the replica in a page knows, a line each; or why it could not be asked. */
export async function accountOf(page: Page): Promise<string> {
  const said = page.evaluate(() => window.app.account()).catch((error: unknown) => String(error).split("\n")[0] ?? "");
  const silence = new Promise<string>((resolve) => setTimeout(() => resolve("does not answer"), PATIENCE_MS));
  const account = await Promise.race([said, silence]);
  if (typeof account === "string") return `${page.url()} ${account}`;
  const lines = [...account.replicas, ...account.events].map((line) => `  ${JSON.stringify(line)}`);
  return [`${page.url()} knows`, ...lines].join("\n");
}
