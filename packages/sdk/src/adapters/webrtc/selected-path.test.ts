import { expect, it } from "vitest";
import { selectedPath } from "./selected-path.ts";

/** A pair that is in use, and one that was tried, as browsers report them. */
function report(local: string, remote: string, browser: "chromium" | "firefox"): Map<string, unknown> {
  const isChromium = browser === "chromium";
  const all = [
    { id: "L", type: "local-candidate", candidateType: local },
    { id: "R", type: "remote-candidate", candidateType: remote },
    { id: "X", type: "local-candidate", candidateType: "relay" },
    {
      id: "P0",
      type: "candidate-pair",
      localCandidateId: "X",
      remoteCandidateId: "R",
      ...(!isChromium && { selected: false }),
    },
    {
      id: "P1",
      type: "candidate-pair",
      localCandidateId: "L",
      remoteCandidateId: "R",
      ...(!isChromium && { selected: true }),
    },
    ...(isChromium ? [{ id: "T", type: "transport", selectedCandidatePairId: "P1" }] : []),
  ];
  return new Map(all.map((stats) => [stats.id, stats]));
}

it.each(["chromium", "firefox"] as const)("is that of the pair in use, in %s", (browser) => {
  expect(selectedPath(report("host", "host", browser))).toBe("direct");
  expect(selectedPath(report("srflx", "prflx", browser))).toBe("direct");
  expect(selectedPath(report("relay", "host", browser))).toBe("turn");
  expect(selectedPath(report("prflx", "relay", browser))).toBe("turn");
});

it("is unknown before there is such a pair", () => {
  expect(selectedPath([])).toBeUndefined();
  expect(selectedPath([["T", { type: "transport" }]])).toBeUndefined();
  expect(selectedPath([["T", { type: "transport", selectedCandidatePairId: "P" }]])).toBeUndefined();
});
