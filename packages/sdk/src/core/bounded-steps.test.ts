import { afterEach, describe, expect, it, vi } from "vitest";
import { Lab, put, type Site } from "./replica-lab.fixture.ts";
import { ItemList } from "./item-list.ts";
import { MAX_LOOKS_PER_STEP } from "./batch-sender.ts";
import { recordOf } from "./replica-state.fixture.ts";

const HELD = 3 * MAX_LOOKS_PER_STEP;

/** The most looks at single items in any one input that the site handles from now on. */
function looksPerInput(site: Site): () => number {
  const looks = vi.spyOn(ItemList.prototype, "at");
  let most = 0;
  const handle = site.handle.bind(site);
  site.handle = (input) => {
    const before = looks.mock.calls.length;
    handle(input);
    most = Math.max(most, looks.mock.calls.length - before);
  };
  return () => most;
}

/** `a` holds much, `b` nothing, and neither has anything to decide. */
function filledAndEmpty(): { lab: Lab; a: Site; b: Site } {
  const lab = new Lab();
  const image = { replicaSet: recordOf([1], { replicationFactor: 1, formed: true }) };
  const [a, b] = [lab.site(1, { image }), lab.site(2, { image })];
  a.write(Array.from({ length: HELD }, (_, i) => put(`e${i}`)));
  lab.settle();
  return { lab, a, b };
}

afterEach(() => void vi.restoreAllMocks());

describe("P6: no task goes through a store", () => {
  it("a session looks for what is lacked batch by batch", () => {
    const { lab, a, b } = filledAndEmpty();
    const most = looksPerInput(a);
    lab.connect(a, b);
    lab.pass(2000);
    expect(b.replica.state.versionCount).toBe(HELD);
    expect(most()).toBeGreaterThan(0);
    expect(most()).toBeLessThanOrEqual(MAX_LOOKS_PER_STEP);
  });
});
