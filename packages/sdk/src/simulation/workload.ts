import type * as Y from "yjs";
import { collectedOn } from "./collected.ts";
import type { ConsistencyLevel } from "../core/consistency-level.ts";
import { editDocument } from "./document-edits.ts";
import type { Machine } from "./machine.ts";
import type { SeededRandom } from "./random.ts";
import type { WriteOptions } from "../replicator/call-options.ts";
import type { World } from "./world.ts";

type Action =
  | "write"
  | "batch"
  | "delete"
  | "confirm"
  | "stop"
  | "start"
  | "close"
  | "open"
  | "force-sync"
  | "abort"
  | "read"
  | "quorum-read"
  | "ordered-write"
  | "ordered-delete"
  | "session-read"
  | "contend"
  | "relay"
  | "add"
  | "remove";

const WEIGHTS: Readonly<Record<Action, number>> = {
  write: 12,
  batch: 3,
  delete: 5,
  confirm: 2,
  stop: 0.8,
  start: 3,
  close: 0.6,
  open: 4,
  "force-sync": 0.7,
  abort: 0.4,
  read: 1,
  "quorum-read": 5,
  "ordered-write": 4,
  "ordered-delete": 1,
  "session-read": 1.5,
  contend: 1.5,
  relay: 0,
  add: 0,
  remove: 0,
};

/** Few deletions: where one and a write pass each other, no order is promised any more. */
const CONTENDED_WEIGHTS: Readonly<Record<Action, number>> = {
  ...WEIGHTS,
  write: 1,
  batch: 0.3,
  delete: 0.05,
  "ordered-delete": 0.05,
  confirm: 0.5,
  stop: 0.3,
  close: 0.3,
  "force-sync": 0.3,
  "quorum-read": 1,
  "ordered-write": 1,
  contend: 2,
  relay: 20,
};

type RelayedCall = "read" | "write" | "write in order";

/** What users call one after another: that a write shows, that it shows over the one before, that what one has read the next reads, too. */
const RELAYED: readonly (readonly RelayedCall[])[] = [
  ["write in order", "read"],
  ["write in order", "write in order", "read"],
  ["write", "read", "read"],
];

const RECONFIGURING = { add: 0.7, remove: 0.7 } as const;
const CONTENDED_RECONFIGURING = { add: 2, remove: 3 } as const;

/** Where the voters change all the time (`unsettled-plan.ts`). */
const UNSETTLED = {
  write: 20,
  open: 8,
  add: 4,
  remove: 2.5,
  confirm: 4,
  "force-sync": 0,
  stop: 0.3,
  close: 0.3,
} as const;

const QUORUM_LEVELS = ["quorum", "quorum", "quorum", "all"] as const;

/** The slowest line takes seconds for what several replicas say to each other at once. */
const LAST_WRITE_TIMEOUT_MS = 15_000;

/** What users do: on few ids, so that they get into each other's way. */
export class Workload {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #weights: Readonly<Record<Action, number>>;
  #writes = 0;

  constructor(world: World, machines: readonly Machine[]) {
    this.#world = world;
    this.#machines = machines;
    const weights = world.plan.isContended ? CONTENDED_WEIGHTS : WEIGHTS;
    const reconfiguring = world.plan.isContended ? CONTENDED_RECONFIGURING : RECONFIGURING;
    const { reconfigures, isUnsettled } = world.plan;
    this.#weights = { ...weights, ...(reconfigures && reconfiguring), ...(isUnsettled && UNSETTLED) };
  }

  /** One random action of one random user. */
  act(): void {
    const { streams } = this.#world;
    const action = streams.race("action", this.#weights);
    const machine = streams.of(`who does ${action}`).pick(this.#machines);
    if (action === "open") machine.open();
    else if (machine.replicator !== undefined) this.#do(action, machine);
  }

  /** A write at `quorum`, as the last proof that the room is alive. */
  lastWrite(machine: Machine): void {
    this.#write(machine, [this.#world.plan.ids[0]!], "quorum", LAST_WRITE_TIMEOUT_MS);
  }

  #do(action: Exclude<Action, "open">, machine: Machine): void {
    const { streams, plan } = this.#world;
    const random = streams.of(`details of ${action}`);
    const replicator = machine.replicator!;
    const { operations } = machine;
    const level = random.pick(["one", "one", "quorum", "quorum", "quorum", "all"] as const);
    const id = random.pick(plan.ids);
    switch (action) {
      case "write":
        if (this.#edits()) void this.#edit(machine, id, { consistency: level });
        else this.#write(machine, [id], level);
        return;
      case "batch":
        this.#write(machine, random.shuffled(plan.ids).slice(0, random.integer(1, plan.ids.length)), level);
        return;
      case "delete":
        operations.trackWrite(`delete ${id} at ${level}`, level, replicator.delete(id, { consistency: level }));
        return;
      case "confirm": {
        const dots = operations.unconfirmed.shift();
        if (dots === undefined) return;
        operations.trackWrite("confirm at quorum", "quorum", replicator.confirm(dots, { consistency: "quorum" }));
        return;
      }
      case "stop":
        machine.stop();
        return;
      case "start":
        machine.start();
        return;
      case "close":
        machine.close();
        return;
      case "force-sync": {
        const peer = this.#otherThan(machine);
        if (peer === undefined) return;
        const { nodeId } = peer.replicator!;
        const call = replicator.forceSync(nodeId);
        // C1: which of two copies goes by the name here, only the connection tells.
        const isCopied = this.#machines.filter((other) => other.replicator?.nodeId === nodeId).length > 1;
        if (isCopied) operations.track(`forceSync with a copy of ${peer.name}`, call);
        else operations.trackSync(peer, call);
        this.#writeMeanwhile(peer, id, random);
        return;
      }
      case "abort": {
        const controller = new AbortController();
        const call = replicator.write(this.#entry(id), { consistency: "all", signal: controller.signal });
        operations.trackWrite(`write ${id} at all, to be aborted`, "all", call);
        this.#world.clock.schedule(random.real(0, 200), () => controller.abort(), machine.life);
        return;
      }
      case "read":
        operations.track(`get ${id}`, replicator.get(id));
        operations.track("search", replicator.search(new Float32Array([1, 2]), { k: 3 }));
        return;
      case "quorum-read":
        void this.#readAtQuorum(machine, id, random);
        return;
      case "ordered-write":
        void this.#writeInOrder(machine, id, random);
        return;
      case "ordered-delete": {
        const above = random.pick(QUORUM_LEVELS);
        const call = replicator.delete(id, { consistency: above, ordered: true });
        operations.trackWrite(`ordered delete ${id} at ${above}`, above, call, id);
        return;
      }
      case "contend":
        this.#contend(id, random, 4);
        return;
      case "relay":
        this.#relay(
          id,
          random,
          undefined,
          Array.from({ length: random.integer(1, 6) }, () => random.pick(RELAYED)).flat(),
        );
        return;
      case "session-read":
        this.#readAfter(machine);
        return;
      case "add":
      case "remove": {
        const peer = this.#otherThan(machine)?.replicator?.nodeId ?? replicator.nodeId;
        const call = action === "add" ? replicator.addReplica(peer) : replicator.removeReplica(peer);
        operations.track(`${action} ${peer.slice(0, 4)}`, call);
        if (plan.isContended) this.#contend(id, random, 8);
        return;
      }
    }
  }

  #write(machine: Machine, ids: readonly string[], level: ConsistencyLevel, timeoutMs?: number): void {
    const entries = ids.map((id) => this.#entry(id));
    const what = `write ${ids.join("+")} (#${this.#writes}) at ${level}`;
    const options = { consistency: level, ...(timeoutMs !== undefined && { timeoutMs }) };
    machine.operations.trackWrite(what, level, machine.replicator!.writeBatch(entries, options));
  }

  /** Whether a write is an edit, where entries are documents. */
  #edits(): boolean {
    const { plan, streams } = this.#world;
    return plan.mode === "crdt" && streams.of("edits").chance(0.75);
  }

  #edit(
    machine: Machine,
    id: string,
    options: WriteOptions & { readonly consistency: ConsistencyLevel },
  ): Promise<unknown> {
    const { vector } = this.#entry(id);
    const n = this.#writes;
    const random = this.#world.streams.of("details of edits");
    const edit = (document: unknown): void => editDocument(document as Y.Doc, n, random);
    const call = machine.replicator!.update(id, edit, { ...options, ...(random.chance(0.5) && { vector }) });
    machine.operations.trackWrite(`edit ${id} (#${n}) at ${options.consistency}`, options.consistency, call);
    return call;
  }

  /** What comes to be, and comes by other ways, while two stores are being compared. */
  #writeMeanwhile(machine: Machine, id: string, random: SeededRandom): void {
    const { clock, plan } = this.#world;
    const withinMs = 2 * (plan.latencyMs + plan.jitterMs + plan.diskMaxMs);
    const write = (): void => {
      if (machine.replicator !== undefined) this.#write(machine, [id], "one");
    };
    for (let n = random.integer(0, 3); n > 0; n--) clock.schedule(random.real(0, withinMs), write);
  }

  #readAtQuorum({ operations, replicator }: Machine, id: string, random: SeededRandom): Promise<unknown> | undefined {
    const level = random.pick(QUORUM_LEVELS);
    const call = replicator?.get(id, { consistency: level });
    if (call !== undefined) operations.trackRead(id, level, call);
    return call;
  }

  #writeInOrder(machine: Machine, id: string, random: SeededRandom): Promise<unknown> | undefined {
    const { operations, replicator } = machine;
    const level = random.pick(QUORUM_LEVELS);
    if (replicator !== undefined && this.#edits())
      return this.#edit(machine, id, { consistency: level, ordered: true });
    const call = replicator?.write(this.#entry(id), { consistency: level, ordered: true });
    if (call !== undefined) operations.trackWrite(`ordered write ${id} (#${this.#writes}) at ${level}`, level, call);
    return call;
  }

  /**
   * Users who tell each other when they have been answered: each calls after the one before, on another machine, so that their calls have
   * an order. Of an unordered write they tell at once.
   */
  #relay(id: string, random: SeededRandom, last: Machine | undefined, calls: readonly RelayedCall[]): void {
    const [what, ...rest] = calls;
    const others = this.#machines.filter((machine) => machine !== last && machine.replicator !== undefined);
    if (what === undefined || others.length === 0) return;
    const machine = random.pick(others);
    const passOn = (): void => {
      const { clock, plan } = this.#world;
      clock.schedule(random.real(0.01, plan.latencyMs), () => this.#relay(id, random, machine, rest));
    };
    if (what === "write") this.#write(machine, [id], "quorum");
    const call = what === "write in order" ? this.#writeInOrder(machine, id, random) : undefined;
    const answer = what === "read" ? this.#readAtQuorum(machine, id, random) : call;
    if (answer === undefined) passOn();
    else answer.then(passOn, passOn);
  }

  /** Everybody reads and writes one id within a few times of what a message takes, or while an epoch changes: their order is hard to keep. */
  #contend(id: string, random: SeededRandom, exchanges: number): void {
    const { clock, plan } = this.#world;
    const withinMs = exchanges * (plan.latencyMs + plan.jitterMs + plan.diskMaxMs);
    for (const machine of this.#machines) {
      for (let n = random.integer(1, 4); n > 0; n--) {
        const reads = random.chance(0.7);
        const begin = (): void => {
          if (reads) void this.#readAtQuorum(machine, id, random);
          else void this.#writeInOrder(machine, id, random);
        };
        clock.schedule(random.real(0, withinMs), begin, machine.life);
      }
    }
  }

  /** On any machine, after what another may have written. */
  #readAfter(machine: Machine): void {
    const { history, ledger, streams, clock } = this.#world;
    if (history.sessions.length === 0) return;
    const session = streams.of("session").pick(history.sessions);
    const id = ledger.versions.get(session.dots[0] ?? "")?.stamp.id;
    if (id === undefined) return;
    const told = collectedOn(ledger, machine.disk.image);
    const call = machine.replicator!.get(id, { after: session.token });
    machine.operations.track(`get ${id} after ${session.dots.join(" ")}`, call, (entry) =>
      history.readAfter({ id, after: session.dots, told, returnedAt: clock.now }, entry),
    );
  }

  #entry(id: string): { id: string; vector: Float32Array; metadata: { n: number } } {
    const n = ++this.#writes;
    return { id, vector: new Float32Array([n, n % 7]), metadata: { n } };
  }

  /** One whose replica is open. */
  #otherThan(machine: Machine): Machine | undefined {
    const others = this.#machines.filter((other) => other !== machine && other.replicator !== undefined);
    return others.length === 0 ? undefined : this.#world.streams.of("other machine").pick(others);
  }
}
