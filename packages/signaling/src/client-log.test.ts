import { expect, test } from "vitest";
import { ClientLog } from "./client-log.ts";
import { SILENT_LOGGER } from "./logger.ts";

test("T10: a flood leaves a bounded number of lines, and says how many it left out", () => {
  const lines: object[] = [];
  const log = new ClientLog({ ...SILENT_LOGGER, info: (facts) => void lines.push(facts) }, 0);
  for (let i = 0; i < 1000; i++) log.info({ i }, "refused", 0);
  expect(lines).toHaveLength(100);
  log.info({ i: "later" }, "refused", 1000);
  log.info({ i: "too soon" }, "refused", 1000);
  log.info({ i: "last" }, "refused", 60_000);
  expect(lines.slice(100)).toEqual([
    { i: "later", suppressed: 900 },
    { i: "last", suppressed: 1 },
  ]);
});
