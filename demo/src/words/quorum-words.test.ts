import { expect, test } from "vitest";
import { quorumWords } from "./quorum-words.ts";

const voter = (status: "healthy" | "offline") => ({ role: "voter", status }) as const;
const learner = { role: "learner", status: "healthy" } as const;

test("a lone tab is told to open another", () => {
  expect(quorumWords([voter("healthy")])).toEqual({
    available: false,
    words: "No quorum: 1 voter so far, a quorum takes 2. Open another tab.",
  });
});

test("two of three voters are enough, and learners do not count", () => {
  expect(quorumWords([voter("healthy"), voter("healthy"), voter("offline"), learner])).toEqual({
    available: true,
    words: "Quorum is available: 2 of 3 voters here, a quorum takes 2.",
  });
  expect(quorumWords([voter("healthy"), voter("offline"), voter("offline"), learner, learner]).available).toBe(false);
});
