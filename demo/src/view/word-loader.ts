import { bytes, count, counted } from "../words/quantities.ts";
import { element, setAttribute, setText } from "./element.ts";
import { icon } from "./icon.ts";
import { LOADED_WORDS, type Progress } from "../notes/word-loading.ts";

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly savedBytes: number;
}

export interface WordLoaderView {
  readonly words: number;
  readonly progress: Progress | undefined;
  readonly traffic: Traffic;
}

export interface WordLoader {
  readonly element: HTMLElement;
  update(view: WordLoaderView): void;
}

/** Loads 5,000 real word vectors and shows how fast they go in and what compression saves on their way to the others. */
export function createWordLoader(actions: { readonly load: () => void; readonly remove: () => void }): WordLoader {
  const bar = element("progress", {
    class: "progress",
    "aria-label": "Words written",
    "data-testid": "words-progress",
  });
  const rate = element("p", { class: "hint", role: "status", "data-testid": "words-rate" });
  const saved = element("p", { class: "hint", "data-testid": "words-saved" });
  const load = element(
    "button",
    { class: "button", type: "button", "data-testid": "words-load", on: { click: actions.load } },
    icon("words"),
    "Load 5,000 words",
  );
  const remove = element(
    "button",
    { class: "button quiet", type: "button", "data-testid": "words-remove", on: { click: actions.remove } },
    "Remove the words",
  );
  return {
    element: element(
      "div",
      { class: "experiment", "data-testid": "word-loader" },
      element("div", { class: "experiment-head" }, element("h3", {}, "Real word vectors"), load, remove),
      bar,
      rate,
      saved,
    ),
    update: ({ words, progress, traffic }) => {
      const busy = progress !== undefined && progress.done < progress.total;
      load.disabled = busy;
      setAttribute(load, "hidden", words >= LOADED_WORDS);
      setAttribute(remove, "hidden", words === 0 || busy);
      setAttribute(bar, "hidden", !busy);
      bar.max = Math.max(1, progress?.total ?? 1);
      bar.value = progress?.done ?? 0;
      setText(rate, rateWords(words, progress));
      setText(saved, trafficWords(traffic));
      saved.dataset.saved = String(Math.round(traffic.savedBytes));
    },
  };
}

function rateWords(words: number, progress: Progress | undefined): string {
  if (progress === undefined || progress.total === 0)
    return words === 0
      ? "GloVe vectors of 100 dimensions, for every tab to find and map."
      : `${counted(words, "word")} here.`;
  const speed = `${count(progress.entriesPerSecond)} entries/s`;
  if (progress.done < progress.total) return `${count(progress.done)} of ${count(progress.total)} written · ${speed}`;
  return `${counted(words, "word")} here · ${speed} while writing`;
}

function trafficWords({ sentBytes, receivedBytes, savedBytes }: Traffic): string {
  const moved = sentBytes + receivedBytes;
  if (moved === 0) return "Nothing sent or received yet.";
  const traffic = `Sent ${bytes(sentBytes)} · received ${bytes(receivedBytes)}`;
  const share = Math.round((100 * savedBytes) / (moved + savedBytes));
  return share === 0 ? traffic : `${traffic} · compression saved ${bytes(savedBytes)} (${share} %)`;
}
