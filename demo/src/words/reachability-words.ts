import type { ReachabilityState } from "../reachability.ts";

export interface ReachabilityWords {
  readonly title: string;
  readonly text: string;
}

/** What is the matter, and what still works. */
export function reachabilityWords(state: Exclude<ReachabilityState, "reachable">): ReachabilityWords {
  return state === "no-network"
    ? {
        title: "This device has no network.",
        text: "Reading, searching and writing go on: notes are kept on this device, and reach the others by themselves when the network is back. Until then only this browser's tabs can confirm them.",
      }
    : {
        title: "Nobody can be reached.",
        text: "The meeting server does not answer, and no other tab is here. Reading, searching and writing go on: notes are kept on this device, and reach the others by themselves when somebody comes.",
      };
}
