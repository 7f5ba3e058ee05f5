import type { Input, LocalItem, OperationId, Outcome } from "./effects.ts";
import type { ReadPhase, Replies } from "./read-phase.ts";
import type { PendingWrite, WriteQuorum } from "./write-quorum.ts";
import type { CutKeeper } from "./document-cuts.ts";
import type { Dot } from "./dot.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { LivePush } from "./live-push.ts";
import { type Answer, MAX_GROUP_VERSIONS, type Steps, type Wanted } from "./commit-queue.ts";
import { type HeldSiblings, LocalWriter } from "./local-writer.ts";
import { editedSiblings, UnreadableSiblings } from "./edited-siblings.ts";
import { unreadable } from "./mending.ts";
import { madeUnordered } from "./read-errors.ts";
import type { Origin } from "./node-id.ts";
import { replicationError } from "./replication-error.ts";
import { sessionToken } from "./session-token.ts";
import type { Signature, StoredVersion } from "./version.ts";

type Write = Extract<Input, { readonly type: "write" }>;
type Confirmation = Extract<Input, { readonly type: "confirm" }>;

/** Before an ordered write: what its read has found, or why it has not. */
interface WhatWasRead {
  readonly replies: Replies | undefined;
  readonly failure: Error | undefined;
}

type SigningSteps = Generator<Wanted, StoredVersion[], Answer | undefined>;

const NOT_READ: WhatWasRead = { replies: undefined, failure: undefined };

/**
 * This replica's own writes, from the caller to their acknowledgement: read first if they are to be ordered (Q9), one strict commit,
 * then out to the peers (S7), and the voters' acks.
 */
export class WriteOperations {
  readonly #env: Environment;
  readonly #writer: LocalWriter;
  readonly #readPhase: ReadPhase;
  readonly #quorum: WriteQuorum;
  readonly #livePush: LivePush;
  /** Writes that the transaction in settlement has made durable; they leave together. */
  #fresh: { versions: StoredVersion[]; pending: PendingWrite[] } = { versions: [], pending: [] };

  constructor(
    env: Environment,
    mint: { origin(): Origin },
    readPhase: ReadPhase,
    quorum: WriteQuorum,
    livePush: LivePush,
    cuts: CutKeeper,
  ) {
    this.#env = env;
    this.#writer = new LocalWriter(() => mint.origin(), env.config.documents, cuts);
    this.#readPhase = readPhase;
    this.#quorum = quorum;
    this.#livePush = livePush;
  }

  write(write: Write): void {
    const { op, items, level, deadline } = write;
    if (!write.ordered || level === "one") {
      this.#commit(write, NOT_READ);
      return;
    }
    this.#readPhase.begin({
      op,
      ids: items.map((item) => item.id),
      level,
      deadline,
      done: (replies) => this.#commit(write, { replies, failure: undefined }),
      failed: (failure) => this.#commit(write, { replies: undefined, failure }),
    });
  }

  confirm({ op, dots, level, deadline }: Confirmation): void {
    if (level !== "one") {
      this.#quorum.begin([{ op, dots, level, deadline, readIn: undefined, settle: this.#settling(op) }], false);
    } else if (dots.every((dot) => this.#env.state.context.covers(dot))) {
      this.#settleLocally(op, dots);
    } else {
      const message = "This store does not hold these writes. Confirm at 'quorum' to ask the voters.";
      const error = replicationError("quorum-timeout", message, { dots, required: 1, acks: [], outcome: "unknown" });
      this.#settling(op)({ kind: "failed", error });
    }
  }

  commitFailed(): void {
    this.#writer.commitFailed();
  }

  /** The transaction has settled: its writes go to the peers, and those with a vote are asked in the same message. */
  leave(): void {
    const { versions, pending } = this.#fresh;
    this.#fresh = { versions: [], pending: [] };
    const asking = pending.length === 0 ? undefined : this.#quorum.begin(pending, versions.length > 0);
    if (versions.length === 0) return;
    const unasked = this.#livePush.push(versions, (peer) => asking?.of(peer));
    if (asking !== undefined) this.#quorum.askAgain(unasked, asking.request);
  }

  #commit(write: Write, read: WhatWasRead, isMended = false): void {
    const { op, items, level, deadline } = write;
    const { replies, failure } = read;
    let versions: StoredVersion[] = [];
    const settle = this.#settling(op);
    this.#env.queue.push({
      size: items.length + (replies?.size ?? 0),
      stage: (draft) => {
        replies?.joinInto(draft);
        versions = [];
        return this.#writeInSteps(draft, items, replies !== undefined, versions);
      },
      settle: () => {
        const dots = versions.map((version) => version.dot);
        for (const version of versions) this.#fresh.versions.push(version);
        if (failure !== undefined) settle({ kind: "failed", error: madeUnordered(failure, dots) });
        else if (level === "one") this.#settleLocally(op, dots);
        else this.#fresh.pending.push({ op, dots, level, deadline, readIn: replies?.lineage, settle });
      },
      fail: (error) => {
        if (error instanceof UnreadableSiblings) this.#mend(write, read, error, isMended);
        else settle({ kind: "failed", error });
      },
    });
  }

  /** Once the store holds no more of an id than it can read, what is left of it is edited (S1). */
  #mend(write: Write, read: WhatWasRead, { ids, dots }: UnreadableSiblings, isMended: boolean): void {
    const fail = (cause: Error): void => this.#settling(write.op)({ kind: "failed", error: unreadable(ids, cause) });
    if (isMended) fail(new Error("it has been damaged again."));
    else
      this.#env.mend(dots, (failure) => {
        if (failure === undefined) this.#commit(write, read, true);
        else fail(failure);
      });
  }

  /** One transaction, however large (D2), and a page that goes on meanwhile (P6). */
  *#writeInSteps(draft: Draft, items: readonly LocalItem[], ordered: boolean, versions: StoredVersion[]): Steps {
    for (let from = 0; from < items.length; from += MAX_GROUP_VERSIONS) {
      if (from > 0) yield undefined;
      const some = items.slice(from, from + MAX_GROUP_VERSIONS);
      const held = yield* editedSiblings(draft, some);
      if (this.#env.config.insists.signed) versions.push(...(yield* this.#writeSigned(draft, some, ordered, held)));
      else versions.push(...this.#writer.write(draft, some, ordered, held));
    }
    return true;
  }

  /** A signature covers the dot and the context, which only the transaction knows: it waits, and the state stands still meanwhile (C10). */
  *#writeSigned(draft: Draft, items: readonly LocalItem[], ordered: boolean, held: HeldSiblings): SigningSteps {
    const made = items.flatMap((item) => this.#writer.prepare(draft, item, ordered, held) ?? []);
    if (made.length === 0) return made;
    const signatures = (yield { unsigned: made }) as readonly Signature[];
    const signed = made.map((version, i) => ({ ...version, signature: signatures[i]! }));
    for (const version of signed) draft.write(version);
    return signed;
  }

  #settleLocally(op: OperationId, dots: readonly Dot[]): void {
    const { nodeId, replicaSet } = this.#env.state;
    const { lineage, epoch } = replicaSet;
    const receipt = { dots, acks: [nodeId], required: 1, lineage, epoch, ordered: false, session: sessionToken(dots) };
    this.#settling(op)({ kind: "receipt", receipt });
  }

  #settling(op: OperationId): (outcome: Outcome) => void {
    return (outcome) => this.#env.emit({ type: "settle", op, outcome });
  }
}
