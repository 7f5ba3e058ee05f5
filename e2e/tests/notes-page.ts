import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import type { ConsistencyLevel } from "@vecmesh/sdk";

/** A tab with the demo in it, used as a person would. `demo/README.md` lists the ids. */
export class NotesPage {
  readonly page: Page;
  readonly lastWrite: Locator;
  readonly replicas: Locator;
  readonly conflictMark: Locator;

  private constructor(page: Page) {
    this.page = page;
    this.lastWrite = page.getByTestId("last-write");
    this.replicas = page.getByTestId("replica");
    this.conflictMark = page.getByTestId("note-conflict");
  }

  static async open(context: BrowserContext, room: string): Promise<NotesPage> {
    const url = new URL(process.env["VECMESH_DEMO_URL"] ?? "");
    url.searchParams.set("room", room);
    return NotesPage.visit(context, url.href);
  }

  /** By its whole address. */
  static async visit(context: BrowserContext, address: string): Promise<NotesPage> {
    const page = await context.newPage();
    await page.goto(address);
    const notes = new NotesPage(page);
    await expect(page.getByTestId("presence")).toHaveText("online");
    return notes;
  }

  /** Tabs of one room that all see each other, and enough voters for a quorum. */
  static async openMany(context: BrowserContext, room: string, count: number): Promise<NotesPage[]> {
    const pages: NotesPage[] = [];
    while (pages.length < count) pages.push(await NotesPage.open(context, room));
    for (const { page, replicas } of pages) {
      await expect(replicas).toHaveCount(count);
      await expect(replicas.and(page.locator("[data-role=voter]"))).toHaveCount(count);
      await expect(page.getByTestId("quorum-state")).toHaveAttribute("data-available", "true");
    }
    return pages;
  }

  /** The list's entry for the note that says `text`. */
  note(text: string): Locator {
    return this.page.getByTestId("note").filter({ has: this.page.getByTestId("note-text").filter({ hasText: text }) });
  }

  async save(text: string, level: ConsistencyLevel): Promise<void> {
    // The radio button lies under its label.
    await this.page.getByTestId(`level-${level}`).check({ force: true });
    await this.page.getByTestId("composer-text").fill(text);
    await this.page.getByTestId("composer-save").click();
  }
}
