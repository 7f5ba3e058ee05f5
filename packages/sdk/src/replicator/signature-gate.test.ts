import { describe, expect, it } from "vitest";
import { dotOf, versionOf } from "../core/causality.fixture.ts";
import type { LineageId } from "../core/node-id.ts";
import { MAX_WAITING_BYTES, SignatureGate } from "./signature-gate.ts";
import { MAX_WAITING_PUSHED } from "../core/live-push.ts";
import type { Message, Push } from "../core/messages.ts";
import type { StoredVersion } from "../core/version.ts";

const ack: Message = { type: "batch-ack", session: 1, index: 0 };
const push = (count = 1, asks = false): Push => ({
  type: "push",
  versions: Array.from({ length: count }, (_, i) => versionOf({ dot: dotOf(1, i + 1) })),
  ack: asks ? { request: 1, lineage: "a" as LineageId, epoch: 1 } : undefined,
});

/** A gate whose verdicts the test gives. */
class Gate {
  readonly passed: string[] = [];
  readonly refused: string[] = [];
  readonly judged: (readonly StoredVersion[])[] = [];
  readonly #verdicts: ((fault: string | undefined) => void)[] = [];
  readonly gate: SignatureGate = new SignatureGate({
    signer: {
      fault: (versions) => {
        this.judged.push(versions);
        return new Promise((resolve) => this.#verdicts.push(resolve));
      },
    },
    passed: (message) => void this.passed.push(message.type),
    refused: (reason) => void this.refused.push(reason),
  });

  /** On the one that is being judged. */
  async verdict(fault?: string): Promise<void> {
    this.#verdicts.shift()!(fault);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("the gate that versions pass when they are genuine and allowed (C10)", () => {
  it("keeps the order, and holds up nothing where no version waits", async () => {
    const at = new Gate();
    at.gate.receive(ack, 10);
    expect(at.passed).toEqual(["batch-ack"]);
    at.gate.receive(push(), 10);
    at.gate.receive(ack, 10);
    at.gate.receive({ type: "batch", session: 1, index: 0, versions: [] }, 10);
    expect(at.passed).toHaveLength(1);
    await at.verdict();
    expect(at.passed).toEqual(["batch-ack", "push", "batch-ack"]);
    await at.verdict();
    expect(at.passed.at(-1)).toBe("batch");
    at.gate.receive(ack, 10);
    expect(at.passed).toHaveLength(5);
  });

  it("judges what is on its way to somebody else, too: who passes on what is forged would be let go for it (T7)", async () => {
    const at = new Gate();
    const { versions } = push();
    const lineage = "a" as LineageId;
    const body = {
      type: "read-reply",
      request: 1,
      lineage,
      epoch: 1,
      counter: 1,
      part: 0,
      parts: 1,
      versions,
    } as const;
    at.gate.receive({ type: "routed-answer", nonce: "a", route: [], body }, 10);
    expect([at.passed, at.judged]).toEqual([[], [versions]]);
    await at.verdict("forged");
    expect([at.passed, at.refused]).toEqual([[], ["forged"]]);
  });

  it("lets nothing pass any more once something has been refused", async () => {
    const at = new Gate();
    at.gate.receive(push(), 10);
    at.gate.receive(ack, 10);
    await at.verdict("forged");
    at.gate.receive(ack, 10);
    expect([at.passed, at.refused]).toEqual([[], ["forged"]]);
  });

  it("forgets what waits when the connection ends", async () => {
    const at = new Gate();
    at.gate.receive(push(), 10);
    at.gate.receive(ack, 10);
    at.gate.end();
    await at.verdict();
    at.gate.receive(ack, 10);
    expect([at.passed, at.refused]).toEqual([[], []]);
  });

  it("leaves pushes beyond what the core takes to a session, but not what is asked with them (P8)", async () => {
    const at = new Gate();
    at.gate.receive(push(MAX_WAITING_PUSHED), 10);
    at.gate.receive(push(1), 10);
    at.gate.receive(push(1, true), 10);
    await at.verdict();
    expect([at.passed, at.judged.length]).toEqual([["push", "ack-request"], 1]);
    at.gate.receive(push(1), 10);
    expect(at.judged).toHaveLength(2);
  });

  it("refuses a peer that sends faster than can be verified, in bytes (P8)", async () => {
    const at = new Gate();
    at.gate.receive(push(), MAX_WAITING_BYTES);
    expect(at.refused).toEqual([]);
    at.gate.receive(ack, 1);
    expect(at.refused).toEqual(["more at once than can be verified"]);
    await at.verdict();
    expect(at.passed).toEqual([]);
  });
});
