import { expect, test } from "vitest";
import { counted, readMetrics } from "./signaling-metrics.js";

test("what was counted between two looks, over all labels or for one", () => {
  const before = readMetrics('# HELP x\nvecmesh_signaling_upgrades_total{status="101"} 5\nother_total 7\n');
  const after = readMetrics(
    'vecmesh_signaling_upgrades_total{status="101"} 8\nvecmesh_signaling_upgrades_total{status="429"} 2\n',
  );
  expect([...before]).toEqual([['upgrades_total{status="101"}', 5]]);
  expect(counted(before, after, "upgrades_total")).toBe(5);
  expect(counted(before, after, 'upgrades_total{status="429"}')).toBe(2);
  expect(counted(before, after, "sent_bytes_total")).toBe(0);
});
