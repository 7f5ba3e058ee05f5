import { expect, it } from "vitest";

import { Lab, type Site } from "./replica-lab.fixture.ts";
import { MAX_CLOCK_SKEW_MS } from "./hybrid-logical-clock.ts";
import { NOTICE_INTERVAL_MS } from "./clock-skew-notices.ts";
import { originOf } from "./causality.fixture.ts";

it("C8: a peer whose clock is far ahead is told of once a minute, however much it writes", () => {
  const lab = new Lab();
  const [site, peer] = [lab.site(1), lab.site(2)];
  lab.connect(site, peer);
  lab.settle();
  let seq = 0;
  const pushFrom = (from: Site): void => {
    const version = {
      id: "future",
      dot: { origin: originOf(77), seq: ++seq },
      context: new Map(),
      hlc: { wallMs: lab.now + 2 * MAX_CLOCK_SKEW_MS, counter: 0 },
      tombstone: false,
      vector: Float32Array.of(1, 2),
      metadata: {},
    };
    site.receive(site.link(from), { type: "push", ack: undefined, versions: [version] });
    lab.settle();
  };
  for (let i = 0; i < 20; i++) pushFrom(peer);
  expect(site.told("clockSkew")).toEqual([{ type: "clockSkew", nodeId: peer.nodeId }]);

  lab.cut(site, peer);
  lab.connect(site, peer);
  lab.settle();
  pushFrom(peer);
  expect(site.told("clockSkew")).toHaveLength(1);

  lab.pass(NOTICE_INTERVAL_MS);
  pushFrom(peer);
  expect(site.told("clockSkew")).toHaveLength(2);
});
