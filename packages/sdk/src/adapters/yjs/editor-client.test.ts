import * as Y from "yjs";
import { expect, it } from "vitest";
import { clientOf, editorOf } from "./editor-client.ts";
import type { Origin } from "../../core/node-id.ts";

const origin = "a1b2c3d4e5f60718" as Origin;

it("no two writes have one client id, and each fits what Yjs can hold (C2)", () => {
  const origins = [origin, "a1b2c3d4e5f60719" as Origin, "0000000000000001" as Origin];
  const ids = origins.flatMap((of) => Array.from({ length: 2000 }, (_, i) => clientOf({ origin: of, seq: i + 1 })));
  expect(new Set(ids).size).toBe(6000);
  expect(ids.every((id) => Number.isSafeInteger(id) && id >= 0)).toBe(true);
  expect(ids.filter((id) => id > 2 ** 32).length).toBeGreaterThan(5900);
});

it("a document is edited on under the client of the edit before only if it holds exactly that client's edits", () => {
  const document = new Y.Doc();
  document.clientID = 7;
  document.getMap("metadata").set("n", 1);
  const dot = { origin, seq: 2 };
  expect(editorOf(document, dot, { client: 7, clock: 1 })).toBe(7);
  // After a failed commit the document lacks what that client has made already; after a delete it lacks all.
  expect(editorOf(document, dot, { client: 7, clock: 2 })).toBe(clientOf(dot));
  expect(editorOf(new Y.Doc(), dot, { client: 7, clock: 1 })).toBe(clientOf(dot));
  expect(editorOf(document, dot, undefined)).toBe(clientOf(dot));
});
