import { expect, test } from "vitest";
import { Presence, type PresenceState } from "./presence.ts";

function observed(start: () => Promise<void>): { presence: Presence; states: PresenceState[] } {
  const presence = new Presence({ start, stop: () => Promise.resolve() });
  const states: PresenceState[] = [];
  presence.changed.subscribe((state) => states.push(state));
  return { presence, states };
}

test("a tab goes online, offline and back", async () => {
  const { presence, states } = observed(() => Promise.resolve());
  await presence.join();
  await presence.leave();
  await presence.join();
  expect(states).toEqual(["changing", "online", "changing", "offline", "changing", "online"]);
});

test("a change that fails leaves things as they were, and says why", async () => {
  const { presence } = observed(() => Promise.reject(new Error("no network stack")));
  await expect(presence.join()).rejects.toThrow("no network stack");
  expect(presence.state).toBe("offline");
});

test("what is so already is not done twice", async () => {
  let starts = 0;
  const { presence } = observed(() => Promise.resolve(void starts++));
  await Promise.all([presence.join(), presence.join()]);
  await presence.join();
  expect(starts).toBe(1);
});
