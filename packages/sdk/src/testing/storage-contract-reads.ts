import type { ContractRunner } from "./contract-runner.ts";
import { deletes, puts, readAll, rejectionCode, value } from "./storage-fixtures.ts";
import { storeTest, type StorageSubject } from "./storage-subject.ts";

/** More than any adapter should hand over at once, and what a middling room holds. */
const MANY_KEYS = 10_000;

function key(number: number): string {
  return `many/${String(number).padStart(6, "0")}`;
}

export function contractReads(runner: ContractRunner, subject: StorageSubject): void {
  const { describe, expect } = runner;
  const test = storeTest(runner, subject);

  describe("get", () => {
    test("answers in the order asked, with undefined for what is not there", async (stores) => {
      const store = await stores.open();
      await store.commit(puts(["a", value(1)], ["b", value(2)]), "strict");
      expect(await store.get(["b", "nothing", "a", "b"])).toEqual([value(2), undefined, value(1), value(2)]);
      expect(await store.get([])).toEqual([]);
    });

    test("sees one moment", async (stores) => {
      const store = await stores.open();
      const commits: Promise<void>[] = [];
      const reads: Promise<(Uint8Array | undefined)[]>[] = [];
      for (let i = 0; i < 50; i++) {
        commits.push(store.commit(puts(["left", value(i)], ["right", value(i)]), "relaxed"));
        reads.push(store.get(["left", "right"]));
      }
      for (const [left, right] of await Promise.all(reads)) expect(left).toEqual(right);
      await Promise.all(commits);
    });

    test("and scan hand out copies", async (stores) => {
      const store = await stores.open();
      await store.commit(puts(["a", value(1)]), "strict");
      const [read] = await store.get(["a"]);
      read?.fill(99);
      for (const [, scanned] of await readAll(store)) scanned.fill(99);
      expect(await store.get(["a"])).toEqual([value(1)]);
    });
  });

  describe("scan", () => {
    test("gives the pairs of a prefix in the order of UTF-16 code units", async (stores) => {
      const store = await stores.open();
      const inside = ["p/", "p/ ", "p/10", "p/9", "p/A", "p/Z", "p/_", "p/a", "p/a/b", "p/ab", "p/~"];
      const outside = ["", "P/1", "p", "p.", "p0", "q", "~"];
      const shuffled = [...outside, ...inside].toSorted(
        (a, b) => (a.length * 7 + b.length * 3) % 5 || (a < b ? 1 : -1),
      );
      await store.commit(puts(...shuffled.map((name, i) => [name, value(i)] as const)), "strict");
      const names = async (prefix: string): Promise<string[]> => (await readAll(store, prefix)).map(([name]) => name);
      expect(await names("p/")).toEqual(inside);
      expect(await names("")).toEqual([...outside, ...inside].toSorted());
      expect(await names("p/a")).toEqual(["p/a", "p/a/b", "p/ab"]);
      expect(await names("none")).toEqual([]);
    });

    test(`gives ${MANY_KEYS} pairs in several chunks, each pair once`, async (stores) => {
      const store = await stores.open();
      await commitMany(store);
      const found: number[] = [];
      let chunks = 0;
      for await (const chunk of store.scan("many/")) {
        chunks++;
        for (const [name, bytes] of chunk) {
          if (name === key(found.length) && bytes[0] === (found.length & 0xff)) found.push(found.length);
        }
      }
      expect(found.length).toBe(MANY_KEYS);
      expect(chunks > 1).toBe(true);
    });

    test("misses and repeats nothing that is not written meanwhile", async (stores) => {
      const store = await stores.open();
      await commitMany(store);
      const seen: string[] = [];
      let round = 0;
      for await (const chunk of store.scan("many/")) {
        for (const [name] of chunk) if (!name.includes("+")) seen.push(name);
        // Before, at and behind where the scan stands.
        const here = chunk.at(-1)?.[0] ?? "";
        await store.commit(puts([`${key(0)}+${round}`, value(1)], [`${here}+`, value(2)]), "relaxed");
        await store.commit(deletes(`${key(0)}+${round - 1}`), "relaxed");
        round++;
      }
      expect(seen.length).toBe(MANY_KEYS);
      expect(seen.every((name, i) => name === key(i))).toBe(true);
    });

    test("may be abandoned, and ends with `closed` when the store is closed under it", async (stores) => {
      const store = await stores.open();
      await commitMany(store);
      for await (const chunk of store.scan("many/")) {
        expect(chunk.length > 0).toBe(true);
        break;
      }
      const scan = store.scan("many/")[Symbol.asyncIterator]();
      await scan.next();
      await store.close();
      expect(await rejectionCode(drain(scan))).toBe("closed");
    });
  });
}

async function commitMany(store: {
  commit: (batch: ReturnType<typeof puts>, durability: "relaxed") => Promise<void>;
}): Promise<void> {
  for (let start = 0; start < MANY_KEYS; start += 2_500) {
    const pairs = Array.from({ length: 2_500 }, (_, i) => [key(start + i), value(start + i)] as const);
    await store.commit(puts(...pairs), "relaxed");
  }
}

async function drain(scan: AsyncIterator<unknown>): Promise<void> {
  while (!(await scan.next()).done);
}
