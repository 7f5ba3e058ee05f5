import { element, setText } from "./element.ts";
import { type Resolution, resolutions } from "../notes/resolutions.ts";
import { ago } from "../words/quantities.ts";
import { avatar } from "./avatar.ts";
import { icon } from "./icon.ts";
import type { Note, NoteVersion } from "../notes/note.ts";
import { replicaName } from "../words/replica-name.ts";

const MODES: Record<Resolution["mode"], { readonly title: string; readonly meaning: string }> = {
  "last-write-wins": { title: "Last write wins", meaning: "The latest version stays; the others go." },
  "vector-clock": { title: "Vector clock", meaning: "Nothing is dropped: every version stays until a person chooses." },
  custom: { title: "Custom merge", meaning: "This page's own rule: keep every different line." },
};

export interface ConflictDialog {
  readonly element: HTMLDialogElement;
  open(note: Note): void;
  /** Follows what happens to the note while the dialog is open; `undefined`: it was deleted. */
  update(note: Note | undefined): void;
  readonly noteId: string | undefined;
}

/** A note's concurrent versions, what each conflict mode makes of them, and the choice. */
export function createConflictDialog(resolve: (note: Note, text: string) => void): ConflictDialog {
  let shown: Note | undefined;
  const heading = element("h2", { id: "conflict-heading" });
  const body = element("div", { class: "resolutions" });
  const dialog = element(
    "dialog",
    {
      class: "conflict-dialog",
      "aria-labelledby": "conflict-heading",
      "data-testid": "conflict-dialog",
      on: { close: () => void (shown = undefined) },
    },
    element(
      "header",
      { class: "panel-header" },
      heading,
      element(
        "button",
        {
          class: "button quiet icon-only",
          type: "button",
          "aria-label": "Close",
          "data-testid": "conflict-close",
          on: { click: () => dialog.close() },
        },
        icon("close"),
      ),
    ),
    element(
      "p",
      { class: "hint" },
      "These were written without knowledge of each other. Whatever you choose is a new write that has seen them all.",
    ),
    body,
  );
  const show = (note: Note): void => {
    shown = note;
    setText(heading, `${note.others.length + 1} versions of one note`);
    const choose = (text: string): void => {
      dialog.close();
      resolve(note, text);
    };
    body.replaceChildren(...resolutions(note).map((resolution) => resolutionCard(resolution, choose)));
  };
  return {
    element: dialog,
    open: (note) => {
      show(note);
      dialog.showModal();
    },
    update: (note) => {
      if (note === undefined || note.others.length === 0) dialog.close();
      else if (note !== shown) show(note);
    },
    get noteId() {
      return shown?.id;
    },
  };
}

function resolutionCard({ mode, text, versions }: Resolution, choose: (text: string) => void): HTMLElement {
  const { title, meaning } = MODES[mode];
  const result =
    text === undefined
      ? element("ul", { class: "versions" }, ...versions.map((version) => versionRow(version, choose)))
      : element("blockquote", { class: "result", "data-testid": "resolution-text" }, text);
  const apply =
    text === undefined
      ? undefined
      : element(
          "button",
          {
            class: "button primary",
            type: "button",
            "data-testid": "resolution-apply",
            on: { click: () => choose(text) },
          },
          mode === "custom" ? "Use the merge" : "Keep the latest",
        );
  return element(
    "section",
    { class: "resolution", "data-testid": "resolution", "data-mode": mode },
    element("h3", {}, title),
    element("p", { class: "hint" }, meaning),
    result,
    apply,
  );
}

function versionRow({ key, text, author, writtenAt }: NoteVersion, choose: (text: string) => void): HTMLElement {
  return element(
    "li",
    { class: "version", "data-testid": "version", "data-version": key },
    element("p", { class: "version-text" }, text),
    element(
      "p",
      { class: "note-facts" },
      avatar(author),
      replicaName(author).name,
      element("time", {}, ago(writtenAt, Date.now())),
    ),
    element(
      "button",
      { class: "button", type: "button", "data-testid": "version-keep", on: { click: () => choose(text) } },
      "Keep this one",
    ),
  );
}
