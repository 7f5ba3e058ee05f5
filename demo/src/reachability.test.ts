import { expect, test } from "vitest";
import { Reachability, type ReachabilityState } from "./reachability.ts";

/** A browser and a room whose state a test sets. */
function observed() {
  const world = { network: true, others: false, server: true };
  const reachability = new Reachability({
    hasNetwork: () => world.network,
    hasOthers: () => world.others,
    signalingAnswers: () => Promise.resolve(world.server),
  });
  const states: ReachabilityState[] = [];
  reachability.changed.subscribe((state) => states.push(state));
  return { world, reachability, states };
}

test("a page without a network says so, whoever is here, until it has one again", async () => {
  const { world, reachability, states } = observed();
  await reachability.look();
  world.network = false;
  await reachability.look();
  world.others = true;
  await reachability.look();
  world.network = true;
  await reachability.look();
  expect(states).toEqual(["no-network", "reachable"]);
});

test("who is alone and whose signaling server is silent says so; either, when it comes, ends it", async () => {
  for (const help of [{ others: true }, { server: true }]) {
    const { world, reachability, states } = observed();
    world.server = false;
    await reachability.look();
    Object.assign(world, help);
    await reachability.look();
    expect(states).toEqual(["alone", "reachable"]);
  }
});

test("what changes while the server is being asked counts", async () => {
  const { world, reachability, states } = observed();
  world.server = false;
  const looking = reachability.look();
  world.others = true;
  await looking;
  expect(states).toEqual([]);
});
