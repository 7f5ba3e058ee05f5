import { loadWords, type Progress, removeWords } from "../notes/word-loading.ts";
import { createDrillButton } from "../view/drill-button.ts";
import { createExperiments } from "../view/experiments.ts";
import { createWordLoader } from "../view/word-loader.ts";
import { ConflictDrill, type DrillOutcome } from "../notes/conflict-drill.ts";
import { element } from "../view/element.ts";
import { MeaningMap } from "../view/meaning-map.ts";
import { perFrame } from "../view/per-frame.ts";
import type { RoomState } from "./room-state.ts";
import type { Workspace } from "./workspace.ts";

const OUTCOMES: Record<DrillOutcome["kind"], string> = {
  conflict: "Done: two versions of one note. The map marks it; open it to resolve it.",
  "no-answer": "No other tab answered. Bring one to the front and try again.",
  "no-conflict": "The other tab has not come back with its version yet. Try again.",
};

export interface MapColumn {
  readonly element: HTMLElement;
  readonly drill: ConflictDrill;
}

/** The map, and the things to try. */
export function createMapColumn(workspace: Workspace, room: RoomState): MapColumn {
  const { collection, presence, replicator, report, reveal, search, vocabulary, writer } = workspace;
  const map = new MeaningMap(collection, (note) => reveal.publish(note.id));
  const drill = new ConflictDrill(replicator, presence, writer, collection);
  let progress: Progress | undefined;
  let drilling = false;
  let outcome: string | undefined;

  const pacing = {
    now: () => performance.now(),
    onProgress: (now: Progress) => {
      progress = now;
      show();
    },
  };
  const attempt = (work: Promise<void>): void => {
    work
      .catch((error: unknown) => {
        progress = undefined;
        report(error);
      })
      .finally(show);
  };
  const loader = createWordLoader({
    load: () => attempt(loadWords(replicator, vocabulary, (id) => collection.words.has(id), pacing)),
    remove: () =>
      attempt(removeWords(replicator, collection.words.ids, { ...pacing, onProgress: () => (progress = undefined) })),
  });
  const runDrill = async (): Promise<void> => {
    drilling = true;
    show();
    try {
      const result = await drill.run(room.othersHere());
      outcome = OUTCOMES[result.kind];
    } finally {
      drilling = false;
      show();
    }
  };
  const button = createDrillButton(() => void runDrill().catch(report));
  const show = perFrame(() => {
    loader.update({ words: collection.words.count, progress, traffic: replicator.stats() });
    button.update({
      peers: room.othersHere().length,
      offline: presence.state === "offline",
      running: drilling,
      outcome,
    });
  });
  collection.changed.subscribe(() => {
    map.update();
    show();
  });
  search.changed.subscribe((found) =>
    map.show(found === undefined ? undefined : { notes: found.notes, words: found.words.map(({ word }) => word) }),
  );
  room.changed.subscribe(show);
  presence.changed.subscribe(show);
  show();
  return {
    element: element(
      "div",
      { class: "column", id: "map" },
      map.element,
      createExperiments(loader.element, button.element),
    ),
    drill,
  };
}
