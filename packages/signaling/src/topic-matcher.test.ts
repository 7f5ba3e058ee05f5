import { expect, test } from "vitest";
import { topicMatcher } from "./topic-matcher.ts";

test.each([
  [["a"], { a: true, ab: false, A: false, "": false }],
  [["team/*"], { "team/": true, "team/a": true, team: false, "my team/a": false }],
  [["*"], { a: true, "": true }],
  [["a*b"], { "a*b": true, axb: false }],
  [[], { "": false, a: false }],
] as const)("%j allows %j", (names, topics) => {
  const allows = topicMatcher(names);
  expect(Object.fromEntries(Object.keys(topics).map((topic) => [topic, allows(topic)]))).toEqual(topics);
});
