import type { ContractRunner } from "./contract-runner.ts";
import { deletes, puts, readAll, value } from "./storage-fixtures.ts";
import { storeTest, type StorageSubject } from "./storage-subject.ts";

const LARGE_VALUE_BYTES = 4 * 1024 * 1024;

export function contractCommits(runner: ContractRunner, subject: StorageSubject): void {
  const { describe, expect } = runner;
  const test = storeTest(runner, subject);

  describe("commit", () => {
    test("puts, replaces and deletes in one batch, at either durability", async (stores) => {
      const store = await stores.open();
      await store.commit(puts(["a", value(1)], ["b", value(2)], ["c", value(3)]), "strict");
      await store.commit({ puts: [["b", value(20)]], deletes: ["a", "never there"] }, "relaxed");
      expect(await readAll(store)).toEqual([
        ["b", value(20)],
        ["c", value(3)],
      ]);
    });

    test("takes an empty batch", async (stores) => {
      const store = await stores.open();
      await store.commit(puts(), "strict");
      await store.commit(puts(), "relaxed");
      expect(await readAll(store)).toEqual([]);
    });

    test("takes effect in the order of the calls, whatever the durability", async (stores) => {
      const store = await stores.open();
      const commits: Promise<void>[] = [];
      const settled: number[] = [];
      for (let i = 0; i < 60; i++) {
        const batch = i % 3 === 1 ? deletes("key") : puts(["key", value(i)], [`key ${i}`, value(i)]);
        const commit = store.commit(batch, i % 2 === 0 ? "strict" : "relaxed");
        commits.push(commit.then(() => void settled.push(i)));
      }
      await Promise.all(commits);
      expect(await store.get(["key"])).toEqual([value(59)]);
      expect(settled.length).toBe(60);
      await Promise.all([store.commit(puts(["key", value(1)]), "relaxed"), store.commit(deletes("key"), "strict")]);
      expect(await store.get(["key"])).toEqual([undefined]);
    });

    test("stores all of many batches under way at once", async (stores) => {
      const store = await stores.open();
      const numbers = Array.from({ length: 40 }, (_, i) => i);
      await Promise.all(
        numbers.map((i) => store.commit(puts([`left ${i}`, value(i)], [`right ${i}`, value(i)]), "relaxed")),
      );
      const keys = numbers.flatMap((i) => [`left ${i}`, `right ${i}`]);
      expect(await store.get(keys)).toEqual(numbers.flatMap((i) => [value(i), value(i)]));
    });

    test("copies what is put before it returns, and of a view no more than the view", async (stores) => {
      const store = await stores.open();
      const buffer = new Uint8Array([9, 1, 2, 3, 9]);
      const committed = store.commit(puts(["view", buffer.subarray(1, 4)]), "relaxed");
      buffer.fill(7);
      await committed;
      const [read] = await store.get(["view"]);
      expect(read).toEqual(new Uint8Array([1, 2, 3]));
      expect(read?.buffer.byteLength).toBe(3);
    });

    test("stores values of no bytes and of four megabytes", async (stores) => {
      const store = await stores.open();
      const large = new Uint8Array(LARGE_VALUE_BYTES);
      for (let i = 0; i < large.length; i += 1000) large[i] = i % 251;
      await store.commit(puts(["empty", new Uint8Array(0)], ["large", large]), "strict");
      const [empty, read] = await store.get(["empty", "large"]);
      expect(empty).toEqual(new Uint8Array(0));
      expect(read?.length).toBe(LARGE_VALUE_BYTES);
      // Comparing by the runner would take seconds.
      expect(read?.every((byte, i) => byte === large[i])).toBe(true);
    });

    test("keeps the longest keys apart", async (stores) => {
      const store = await stores.open();
      const stem = "k".repeat(127);
      await store.commit(puts([`${stem}a`, value(1)], [`${stem}b`, value(2)]), "strict");
      expect(await store.get([`${stem}b`, `${stem}a`, stem])).toEqual([value(2), value(1), undefined]);
    });
  });
}
