import { asFrame, LIES, type Listener, randomOrigin } from "./lies.ts";
import type { Connection, TransportSession } from "../ports/transport.ts";
import { type Hello, type Message, PROTOCOL_VERSION } from "../core/messages.ts";
import { decodeMessage } from "../core/codec/frames.ts";
import type { Life } from "./clock.ts";
import { mintNodeId, type NodeId } from "../core/node-id.ts";
import type { SeededRandom } from "./random.ts";
import { START_MS } from "./runtime.ts";
import type { World } from "./world.ts";

/** Beside every machine's index. */
const INDEX = 99;
const BETWEEN_LIES_MS = { min: 2, max: 150 } as const;

interface Victim {
  hello: Hello | undefined;
  session: number | undefined;
}

/**
 * A member of the room that speaks the protocol by a script of its own and lies. It never becomes a voter (liars among voters are
 * not promised): it says that it is on a voter's device, and never that it has caught up.
 */
export class HostilePeer {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #nodeId: NodeId;
  readonly #life: Life = { ended: false, frozenUntil: 0 };
  readonly #victims = new Map<Connection, Victim>();
  #session: TransportSession | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.streams.of("liar");
    this.#nodeId = mintNodeId((length) => this.#random.bytes(length));
  }

  join(): void {
    const { clock, network, plan } = this.#world;
    const joining = network.transport(INDEX, this.#life).join(
      { room: "room", nodeId: this.#nodeId, openedAt: 0 },
      {
        connected: (connection) => {
          this.#victims.set(connection, { hello: undefined, session: undefined });
        },
        message: (connection, bytes) => this.#hear(connection, decodeMessage(bytes)),
        disconnected: (connection) => void this.#victims.delete(connection),
        twin: () => undefined,
        error: () => undefined,
      },
    );
    void joining.then((session) => {
      this.#session = session;
    });
    const goOn = (): void => {
      this.lie();
      clock.schedule(this.#random.real(BETWEEN_LIES_MS.min, plan.pauseMs + BETWEEN_LIES_MS.max), goOn, this.#life);
    };
    goOn();
  }

  /** Tells somebody something. */
  lie(): void {
    const random = this.#random;
    const listening = [...this.#victims].filter(([, victim]) => victim.hello !== undefined);
    if (listening.length === 0) return;
    const [connection, victim] = random.pick(listening);
    this.#tell(connection, random.pick(Object.keys(LIES)), victim as Listener);
  }

  leave(): void {
    this.#life.ended = true;
    void this.#session?.stop();
    for (const connection of this.#victims.keys()) connection.close("goodbye");
    this.#victims.clear();
  }

  #tell(connection: Connection, lie: string, listener: Listener): void {
    const { ledger, plan, trace, clock } = this.#world;
    const random = this.#random;
    const mintOrigin = (): ReturnType<typeof randomOrigin> => {
      const origin = randomOrigin(random);
      ledger.forged.add(origin);
      return origin;
    };
    trace.note(() => `liar -> ${connection.peer.slice(0, 4)} ${lie}`);
    const means = { random, ids: plan.ids, nowMs: Math.floor(START_MS + clock.now), mintOrigin };
    for (const told of LIES[lie]!(listener, means))
      connection.send(asFrame(told), random.pick(["control", "live", "bulk"]));
  }

  #hear(connection: Connection, message: Message): void {
    const victim = this.#victims.get(connection);
    if (victim === undefined) return;
    if (message.type === "hello") {
      victim.hello = message;
      this.#say(connection, this.#helloTo(message));
    } else if (message.type === "pull") {
      victim.session = message.session;
      // Acknowledged whatever comes, or nothing at all.
    } else if (message.type === "batch" && this.#random.chance(0.5)) {
      this.#say(connection, { type: "batch-ack", session: message.session, index: message.index });
    } else if (message.type === "ack-request" || (message.type === "push" && message.ack !== undefined)) {
      const { request, lineage, epoch } = message.type === "push" ? message.ack! : message;
      this.#say(connection, { type: "ack", request, lineage, epoch, counter: 1 });
    } else if (message.type === "read-request") {
      const { request, lineage, epoch } = message;
      // That there is nothing, as if it had a vote.
      const part = { part: 0, parts: 1, versions: [] };
      this.#say(connection, { type: "read-reply", request, lineage, epoch, counter: 1, ...part });
    }
  }

  #helloTo({ room, replicaSet }: Hello): Hello {
    return {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      room,
      nodeId: this.#nodeId,
      deviceId: replicaSet.voters[0]!.deviceId,
      steady: false,
      facts: {
        dimensions: undefined,
        replicationFactor: undefined,
        distinctDevices: undefined,
        conflictResolution: undefined,
        signed: false,
      },
      counter: 1,
      replicaSet,
    };
  }

  #say(connection: Connection, message: Message): void {
    connection.send(asFrame(message), "control");
  }
}
