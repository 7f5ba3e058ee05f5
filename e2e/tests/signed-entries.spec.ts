import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab, type TabPage } from "./tab.ts";

const authorIn = (tab: Tab<TabPage>, name: string): Promise<string> => tab.run((who) => window.app.author(who), name);
const authorOfEntry = (tab: Tab<TabPage>, id: string): Promise<string | undefined> =>
  tab.run(async (wanted) => (await window.app.replica.get(wanted))?.author, id);

test(
  "C10: an author's keys are kept over a reload: the same author goes on where it was",
  { tag: "@browsers" },
  async ({ join }) => {
    const config = { ownKeysOnly: true, distinctDevices: false };
    const reader = await join({ ...config, signedBy: "reader" });
    const writer = await join({ ...config, signedBy: "writer", replicaName: "writer" });
    const author = await authorIn(writer, "writer");
    await writer.write(`${author}/note`, "before");
    await eventually(() => reader.read(`${author}/note`)).toBe("before");
    expect(await authorOfEntry(reader, `${author}/note`)).toBe(author);

    await writer.page.close();
    const again = await Tab.reopen(writer);
    await again.start();
    expect(await authorIn(again, "writer")).toBe(author);
    expect(await again.read(`${author}/note`)).toBe("before");
    await eventually(() => again.votersOnline()).toBe(2);
    expect((await again.write(`${author}/note`, "after", "quorum")).acks).toHaveLength(2);
    expect(await reader.read(`${author}/note`)).toBe("after");
    for (const tab of [reader, again]) expect(await tab.events("error")).toEqual([]);
  },
);

test(
  "C10: nobody writes under another's key: who asks is refused, and who does it all the same is not heard",
  { tag: "@browsers" },
  async ({ join }) => {
    const config = { ownKeysOnly: true };
    const owner = await join({ ...config, signedBy: "owner" });
    const other = await join({ ...config, signedBy: "other" });
    const [mine, theirs] = [await authorIn(owner, "owner"), await authorIn(other, "other")];
    await owner.write(`${mine}/note`, "mine");
    await eventually(() => other.read(`${mine}/note`)).toBe("mine");
    expect(await other.writeOutcome(`${mine}/note`, "stolen", "one")).toMatchObject({
      error: { code: "unauthorized", credential: "identity" },
    });
    await other.write(`${theirs}/note`, "theirs");
    await eventually(() => owner.read(`${theirs}/note`)).toBe("theirs");
    expect(await other.read(`${mine}/note`)).toBe("mine");

    // A page that leaves the rule out, and so writes what it likes.
    const thief = await join({ signedBy: "thief" });
    await thief.write(`${mine}/note`, "stolen");
    for (const tab of [owner, other]) {
      await eventually(async () => (await tab.events("error")).map(({ code }) => code)).toContain("invalid-frame");
      expect(await tab.read(`${mine}/note`)).toBe("mine");
    }
    await owner.write(`${mine}/note`, "mine still");
    await eventually(() => other.read(`${mine}/note`)).toBe("mine still");
  },
);
