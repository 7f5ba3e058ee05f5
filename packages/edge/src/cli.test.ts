import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignalingServer, startSignalingServer } from "@vecmesh/signaling";
import { custom } from "@vecmesh/sdk";
import { crdt } from "@vecmesh/sdk/yjs";
import { createEdgeReplicator } from "./edge-replicator.ts";
import { DataFolder } from "./leveldb/data-folder.ts";
import { ImportProgress } from "./commands/import-progress.ts";
import { levelDbStorage } from "./leveldb/leveldb-storage.ts";
import { RunningEdge, runCommand } from "./testing/command.fixture.ts";
import { temporaryFolder } from "./testing/temporary-folder.fixture.ts";

/** More than a batch. */
const ENTRIES = 1200;

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const sorted = (file: string): string[] => readFileSync(path(file), "utf8").split("\n").sort();

let signaling: SignalingServer;
beforeAll(async () => {
  signaling = await startSignalingServer({ port: 0 });
});
afterAll(() => signaling.close());

function lines(from: number, to: number): string {
  const entry = (i: number) => ({ id: `n${i}`, vector: [i, 1, 2], metadata: { number: i } });
  return Array.from({ length: to - from }, (_, i) => `${JSON.stringify(entry(from + i))}\n`).join("");
}

describe("stored replicas", () => {
  const data = ["--data", path("stored")];

  // A dozen commands, each of which opens a store.
  test("import, export and verify what was written, in either format", { timeout: 180_000 }, async () => {
    writeFileSync(path("in.jsonl"), lines(0, ENTRIES));
    const imported = await runCommand(
      "import",
      "--room",
      "a",
      "--file",
      path("in.jsonl"),
      "--dimensions",
      "3",
      ...data,
    );
    expect(imported).toMatchObject({ status: 0, lines: [{ imported: ENTRIES, resumedAt: 0 }] });
    expect((await runCommand("export", "--room", "a", "--file", path("out.jsonl"), ...data)).lines).toMatchObject([
      { exported: ENTRIES },
    ]);
    expect(sorted("out.jsonl")).toEqual(sorted("in.jsonl"));
    const raw = ["--format", "f32", "--file", path("out.f32"), ...data];
    expect((await runCommand("export", "--room", "a", ...raw)).lines).toMatchObject([{ exported: ENTRIES }]);
    expect((await runCommand("import", "--room", "b", "--dimensions", "3", ...raw)).lines).toMatchObject([
      { imported: ENTRIES },
    ]);
    const verified = await runCommand("verify", ...data);
    expect(verified).toMatchObject({ status: 0, lines: [{ room: "a" }, { room: "b" }] });
    for (const line of verified.lines) expect(line).toMatchObject({ sound: true, entries: ENTRIES, damage: "" });
    expect(await runCommand("compact", "--room", "b", ...data)).toMatchObject({ status: 0, lines: [{ room: "b" }] });
    expect((await runCommand("status", "--room", "b", ...data)).lines).toMatchObject([
      { entries: ENTRIES, isVoter: true },
    ]);
  });

  test("an import that was broken off goes on where it was", async () => {
    writeFileSync(path("half.jsonl"), lines(0, ENTRIES));
    const text = readFileSync(path("half.jsonl"));
    let offset = 0;
    for (let line = 0; line < 1000; line++) offset = text.indexOf(10, offset) + 1;
    const progress = await ImportProgress.open(path("stored"), ["c", "edge", "jsonl"], path("half.jsonl"));
    await progress.note({ offset, lines: 1000 });
    const imported = await runCommand("import", "--room", "c", "--file", path("half.jsonl"), ...data);
    expect(imported.lines).toMatchObject([{ imported: ENTRIES - 1000, resumedAt: 1000 }]);
    expect((await runCommand("status", "--room", "c", ...data)).lines).toMatchObject([{ entries: ENTRIES - 1000 }]);
    const again = await runCommand("import", "--room", "c", "--file", path("half.jsonl"), ...data);
    expect(again.lines).toMatchObject([{ imported: ENTRIES, resumedAt: 0 }]);
  });

  test.each([
    ["no JSON\n", "line 1 is no JSON"],
    [`${lines(0, 1)}{"id":7,"vector":[1]}\n`, "line 2 must be like"],
    [`${lines(0, 1)}{"id":"x","vector":[1]}\n`, "lines 1 to 2: The vector of entry"],
    ['{"id":"x","vector":[1,null,2]}\n', "line 1 has no number in its vector at 1: null"],
  ])("an import of %j says which line", async (text, message) => {
    writeFileSync(path("bad.jsonl"), text);
    const bad = await runCommand("import", "--room", "a", "--file", path("bad.jsonl"), ...data);
    expect(bad.status).toBe(1);
    expect(bad.stderr).toContain(message);
  });

  test.each([
    ["no file", [], "nowhere.jsonl", "ENOENT"],
    ["a folder", [], ".", "is no file"],
    ["no dimensions", ["--format", "f32"], "rows.f32", "Say with --dimensions"],
    ["wrong dimensions", ["--format", "f32", "--dimensions", "2"], "rows.f32", "has 3 rows of 2 float32"],
    ["half a row too much", ["--format", "f32", "--dimensions", "3"], "torn.f32", "has 2.5 rows of 3 float32"],
  ])("an import with %s says so and makes no store", async (_, flags, file, message) => {
    for (const name of ["rows.f32", "torn.f32"]) writeFileSync(path(`${name}.ids`), '"a"\n"b"\n');
    writeFileSync(path("rows.f32"), new Uint8Array(24));
    writeFileSync(path("torn.f32"), new Uint8Array(30));
    const bad = await runCommand("import", "--room", "none", ...flags, "--file", path(file), ...data);
    expect(bad).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
    expect((await runCommand("status", "--room", "none", ...data)).stderr).toContain("holds no store of the room");
  });

  test("an import of a file that breaks off says what of it is imported", async () => {
    writeFileSync(path("broken.jsonl"), lines(0, ENTRIES).slice(0, -5));
    const broken = await runCommand("import", "--room", "d", "--file", path("broken.jsonl"), ...data);
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain(`line ${ENTRIES} is no JSON. What comes before line 1001 is imported.`);
    expect((await runCommand("status", "--room", "d", ...data)).lines).toMatchObject([{ entries: 1000 }]);
  });

  test("an export makes no store where there is none, and leaves nothing that is not whole", async () => {
    const none = await runCommand("export", "--room", "nobody's", "--file", path("none.jsonl"), ...data);
    expect(none).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`no store "edge" of the room "nobody's"`),
    });
    const other = await runCommand(
      "export",
      "--room",
      "a",
      "--replica-name",
      "x",
      "--file",
      path("none.jsonl"),
      ...data,
    );
    expect(other.stderr).toContain('of the room "a", but "edge"');
    expect((await runCommand("status", "--room", "nobody's", ...data)).stderr).toContain("holds no store");
    mkdirSync(path("taken.f32.ids.part"));
    const taken = await runCommand("export", "--room", "a", "--format", "f32", "--file", path("taken.f32"), ...data);
    expect(taken).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("taken.f32.ids cannot be written: EISDIR"),
    });
    expect(readdirSync(folder).filter((name) => /^(none|taken)/.test(name))).toEqual(["taken.f32.ids.part"]);
  });

  test("damage is found by verify, and nothing else is needed to find it", async () => {
    const store = await levelDbStorage(path("stored")).open({ room: "b", replicaName: "edge" });
    for await (const [[key, value] = []] of store.scan("v/")) {
      value![value!.length - 1]! ^= 1;
      await store.commit({ puts: [[key!, value!]], deletes: [] }, "strict");
      break;
    }
    await store.close();
    const verified = await runCommand("verify", "--room", "b", ...data);
    expect(verified).toMatchObject({ status: 1, lines: [{ sound: false, damage: "versions" }] });
  });

  test("a folder without stores, and a store that is gone, are told", async () => {
    expect(await runCommand("verify", "--data", path("nothing"))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("holds no store"),
    });
    rmSync(join(new DataFolder(path("stored")).place("c", "edge").database, "CURRENT"));
    expect(await runCommand("verify", "--room", "c", ...data)).toMatchObject({
      status: 1,
      lines: [{ code: "storage-corrupt" }],
    });
  });
});

describe("the command", () => {
  test("keeps several rooms for others, and stops cleanly at SIGTERM", async () => {
    const rooms = ["one", "two"];
    const flags = rooms.flatMap((room) => ["--room", room]);
    const running = [
      "--signaling",
      signaling.url,
      "--port",
      "0",
      "--data",
      path("run"),
      "--voter",
      "--replication-factor",
      "2",
    ];
    const edge = new RunningEdge(...flags, ...running);
    const url = await edge.url;
    expect(await runCommand(...flags, ...running)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("open already"),
    });
    expect((await runCommand("status", "--data", path("run"))).lines).toMatchObject([
      { code: "replica-in-use" },
      { code: "replica-in-use" },
    ]);
    for (const room of rooms) {
      const writer = await createEdgeReplicator({
        room,
        signaling: signaling.url,
        data: path(`writer of ${room}`),
        replicationFactor: 2,
        iceServers: [],
      });
      await writer.start();
      await expect
        .poll(async () => (await writer.replicas()).filter(({ role }) => role === "voter").length, { timeout: 30_000 })
        .toBe(2);
      await writer.write({ id: "x", vector: Float32Array.of(1), metadata: {} }, { consistency: "all" });
      await writer.close();
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const room of rooms) expect(metrics).toContain(`vecmesh_edge_entries{room="${room}"} 1`);
    expect(await edge.end()).toBe(0);
    expect(edge.stderr).toContain('"stopped"');
    for (const line of edge.stderr.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
    const left = await runCommand("verify", "--data", path("run"));
    expect(left).toMatchObject({
      status: 0,
      lines: [
        { sound: true, entries: 1 },
        { sound: true, entries: 1 },
      ],
    });
  });

  test("C6: keeps rooms whose entries are documents, or resolved by a module of the operator's", async () => {
    writeFileSync(
      path("most.js"),
      `export const version = "most-1"; export const resolve = (siblings) => siblings.at(-1);`,
    );
    const modes = {
      documents: ["--conflict-resolution", "crdt", "--crdt-fields", "tags=list"],
      resolved: ["--conflict-resolution", "custom", "--resolver", path("most.js")],
    };
    const resolutions = {
      documents: crdt({ fields: { tags: "list" } }),
      resolved: custom((siblings) => siblings.at(-1)!, { version: "most-1" }),
    };
    for (const room of ["documents", "resolved"] as const) {
      const flags = ["--room", room, "--data", path(room)];
      const running = ["--signaling", signaling.url, "--port", "0", "--replication-factor", "2", ...modes[room]];
      const edge = new RunningEdge(...flags, ...running);
      const url = await edge.url;
      const writer = await createEdgeReplicator({
        room,
        signaling: signaling.url,
        data: path(`writer of ${room}`),
        conflictResolution: resolutions[room],
        replicationFactor: 2,
        iceServers: [],
      });
      await writer.start();
      await writer.write({ id: "x", vector: Float32Array.of(1), metadata: { tags: ["a"] } }, { consistency: "one" });
      await expect
        .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 30_000 })
        .toContain(`vecmesh_edge_entries{room="${room}"} 1`);
      await writer.close();
      expect(await edge.end()).toBe(0);
      expect(edge.stderr).not.toContain('"level":50');
      const exported = path(`${room}.jsonl`);
      expect(await runCommand("export", "--file", exported, ...flags)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("conflictResolution"),
      });
      const whole = await runCommand("export", "--file", exported, ...flags, ...modes[room]);
      expect(whole.lines).toMatchObject([{ exported: 1 }]);
      expect(JSON.parse(readFileSync(exported, "utf8"))).toMatchObject({ id: "x", metadata: { tags: ["a"] } });
    }
  });

  test.each([
    ["export const resolve = () => 1;", "must export what `custom`"],
    ["export const version = ;", "cannot be loaded"],
  ])("says what is wrong with the resolver %j", async (text, message) => {
    const file = path(`bad${message.length}.js`);
    writeFileSync(file, text);
    const flags = ["--room", "a", "--signaling", signaling.url, "--data", path("bad")];
    expect(await runCommand(...flags, "--conflict-resolution", "custom", "--resolver", file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(message),
    });
  });

  test("says what is wrong, in words, and how to find out more", async () => {
    expect(await runCommand("--room", "a")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("vecmesh-edge --help"),
    });
    expect((await runCommand("--help")).status).toBe(0);
  });
});
