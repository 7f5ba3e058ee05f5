import { isReplicationError } from "../core/replication-error.ts";
import type { ContractRunner } from "./contract-runner.ts";
import { puts, readAll, rejectionCode, value } from "./storage-fixtures.ts";
import { storeTest, type StorageSubject } from "./storage-subject.ts";

/** Pairs that become one where room and name are joined carelessly, or written as a path. */
const CONFUSABLE: readonly (readonly [room: string, replicaName: string])[] = [
  ["a", "b/c"],
  ["a/b", "c"],
  ["a", "b"],
  ["A", "b"],
  ["a", "B"],
  ['a","b', "c"],
  ["a", 'b","c'],
  ["", "a"],
  ["a", ""],
  ["../a", "b\0"],
  ["a", "b\0"],
  ["é", "日本"],
  ["e\u0301", "日本"],
  ["__proto__", "constructor"],
];

export function contractHolding(runner: ContractRunner, subject: StorageSubject): void {
  const { describe, expect } = runner;
  const test = storeTest(runner, subject);

  describe("open", () => {
    test("keeps rooms and names apart, and says the name and the device", async (stores) => {
      const devices = new Set<string>();
      for (const [i, [room, name]] of CONFUSABLE.entries()) {
        const store = await stores.open(name, stores.room + room);
        expect(store.replicaName).toBe(name);
        expect(await readAll(store)).toEqual([]);
        await store.commit(puts(["key", value(i)]), "relaxed");
        devices.add(store.deviceId);
        await store.close();
      }
      for (const [i, [room, name]] of CONFUSABLE.entries()) {
        const store = await stores.open(name, stores.room + room);
        expect(await readAll(store)).toEqual([["key", value(i)]]);
        devices.add(store.deviceId);
      }
      expect([...devices].map((device) => /^[0-9a-f]{32}$/.test(device))).toEqual([true]);
    });

    test("finds everything again in a store that was closed", async (stores) => {
      const store = await stores.open();
      await store.commit(puts(["a", value(1)], ["b", value(2)]), "strict");
      await store.commit({ puts: [["c", value(3)]], deletes: ["a"] }, "relaxed");
      await store.close();
      const again = await stores.open();
      expect(await readAll(again)).toEqual([
        ["b", value(2)],
        ["c", value(3)],
      ]);
    });

    test("of a name that is held says `replica-in-use` and the name", async (stores) => {
      const store = await stores.open("mine");
      const error = await stores.open("mine").catch((caught: unknown) => caught);
      expect(isReplicationError(error) && error.code === "replica-in-use" && error.replicaName).toBe("mine");
      await store.commit(puts(["still", value(1)]), "relaxed");
      await stores.open("mine", `${stores.room} another`);
      await store.close();
      const again = await stores.open("mine");
      expect(await again.get(["still"])).toEqual([value(1)]);
    });

    test("of one name many times at once lets one through", async (stores) => {
      const codes = await Promise.all(Array.from({ length: 5 }, () => rejectionCode(stores.open("mine"))));
      expect(codes.toSorted()).toEqual([...Array<string>(4).fill("replica-in-use"), "resolved"]);
    });

    test("of 'auto' takes the first free store, and makes one when all are held", async (stores) => {
      const first = await stores.open("auto");
      const second = await stores.open("auto");
      const third = await stores.open("auto");
      expect([first, second, third].map((store) => store.replicaName)).toEqual(["replica-1", "replica-2", "replica-3"]);
      await second.commit(puts(["whose", value(2)]), "strict");
      await third.close();
      await second.close();
      const again = await stores.open("auto");
      expect(again.replicaName).toBe("replica-2");
      expect(await again.get(["whose"])).toEqual([value(2)]);
      await first.close();
      expect((await stores.open("auto")).replicaName).toBe("replica-1");
      expect(await rejectionCode(stores.open("replica-2"))).toBe("replica-in-use");
      expect((await stores.open("auto", `${stores.room} another`)).replicaName).toBe("replica-1");
    });

    test("of 'auto' prefers a free store with data to a new one", async (stores) => {
      const [first, second, third] = [await stores.open("auto"), await stores.open("auto"), await stores.open("auto")];
      await second.erase();
      await third.close();
      const again = await stores.open("auto");
      expect(again.replicaName).toBe("replica-3");
      expect((await stores.open("auto")).replicaName).toBe("replica-2");
      await first.close();
    });

    test("of 'auto' many times at once gives each a store of its own", async (stores) => {
      const opened = await Promise.all(Array.from({ length: 6 }, () => stores.open("auto")));
      const names = opened.map((store) => store.replicaName).toSorted();
      expect(names).toEqual(Array.from({ length: 6 }, (_, i) => `replica-${i + 1}`));
    });
  });

  describe("close", () => {
    test("waits for the commits under way", async (stores) => {
      const store = await stores.open();
      let settled = 0;
      const commits = Array.from({ length: 20 }, (_, i) =>
        store.commit(puts([`key ${i}`, value(i)]), i % 2 === 0 ? "strict" : "relaxed").then(() => settled++),
      );
      await store.close();
      expect(settled).toBe(20);
      await Promise.all(commits);
      expect((await readAll(await stores.open())).length).toBe(20);
    });

    test("may be called again, and everything else then says `closed`", async (stores) => {
      const store = await stores.open();
      await Promise.all([store.close(), store.close()]);
      await store.close();
      expect(await rejectionCode(store.get(["a"]))).toBe("closed");
      expect(await rejectionCode(store.commit(puts(["a", value(1)]), "strict"))).toBe("closed");
      expect(await rejectionCode(readAll(store))).toBe("closed");
      expect(await rejectionCode(store.erase())).toBe("closed");
    });
  });

  describe("erase", () => {
    test("removes the data and lets go of the name", async (stores) => {
      const store = await stores.open();
      const other = await stores.open("other");
      await store.commit(puts(["a", value(1)]), "strict");
      await other.commit(puts(["a", value(2)]), "strict");
      await store.erase();
      expect(await rejectionCode(store.get(["a"]))).toBe("closed");
      expect(await readAll(await stores.open())).toEqual([]);
      expect(await other.get(["a"])).toEqual([value(2)]);
    });

    test("may be called again and be followed by close", async (stores) => {
      const store = await stores.open();
      await Promise.all([store.erase(), store.erase()]);
      await store.erase();
      await store.close();
      expect((await stores.open()).replicaName).toBe("one");
    });
  });
}
