import type { NotePages } from "../together/note-pages.ts";
import { element, setText } from "./element.ts";

export interface PageEditor {
  readonly element: HTMLElement;
  close(): void;
}

/** A note's page, open for writing. The editor is loaded when the first page is opened. */
export function createPageEditor(pages: NotePages, noteId: string, title: string, leave: () => void): PageEditor {
  const waiting = element("p", { class: "hint page-waiting", role: "status" }, "Opening the page…");
  const place = element("div", { class: "page-editor-place" });
  const root = place.attachShadow({ mode: "open" });
  let view: { focus(): void; destroy(): void } | undefined;
  let isClosed = false;
  const open = async (): Promise<void> => {
    const [{ openPageView }] = await Promise.all([import("../together/page-view.ts"), pages.ready]);
    if (isClosed) return;
    waiting.remove();
    view = openPageView(root, pages.textOf(noteId), pages.awareness, `Page of the note: ${title}`, leave);
    view.focus();
  };
  pages.lookAt(noteId);
  open().catch(() => setText(waiting, "The page cannot be opened. Reload to try again."));
  return {
    element: element("div", { class: "page-editor", "data-testid": "page-editor" }, waiting, place),
    close: () => {
      isClosed = true;
      view?.destroy();
      pages.lookAt(undefined);
    },
  };
}
