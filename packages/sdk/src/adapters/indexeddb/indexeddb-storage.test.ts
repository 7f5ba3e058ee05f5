import { expect, test } from "vitest";
import { indexedDbStorage } from "./indexeddb-storage.ts";

test("says which option to pass where there is no IndexedDB", async () => {
  await expect(indexedDbStorage().open({ room: "room", replicaName: "auto" })).rejects.toMatchObject({
    code: "invalid-config",
    option: "storage",
    message: expect.stringContaining("memoryStorage()"),
  });
});
