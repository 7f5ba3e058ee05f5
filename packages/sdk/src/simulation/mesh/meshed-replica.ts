import { Mesh } from "../../adapters/webrtc/mesh.ts";
import { VOTER_SWAP_MS } from "../../core/environment.ts";
import { mintDeviceId, type NodeId } from "../../core/node-id.ts";
import { DEFAULT_MAX_PEERS, type TransportAdapter } from "../../ports/transport.ts";
import type { Life, VirtualClock } from "../clock.ts";
import { Disk } from "../disk.ts";
import { simulatedRuntime } from "../runtime.ts";
import { SimulatedReplicator } from "../simulated-replicator.ts";
import type { Streams } from "../streams.ts";
import type { SimulatedChannels } from "./simulated-channels.ts";
import type { SimulatedSignaling } from "./simulated-signaling.ts";
import type { SpreadWatch } from "./spread.ts";
import { TrafficMeter } from "./traffic-meter.ts";

/** What all replicas of one simulated mesh share. */
export interface MeshWorld {
  readonly clock: VirtualClock;
  readonly streams: Streams;
  readonly signaling: SimulatedSignaling;
  readonly channels: SimulatedChannels;
  readonly spreads: SpreadWatch;
}

/** A commit or a read takes at most so long. */
const DISK_MAX_MS = 5;

/** The real replicator over the real mesh of connections; what is simulated is below: disk, clock, signaling, data channels. */
export class MeshedReplica {
  readonly meter: TrafficMeter = new TrafficMeter();
  /** To whom it is connected. */
  readonly links: Set<NodeId> = new Set();
  readonly #world: MeshWorld;
  readonly #life: Life = { ended: false, frozenUntil: 0 };
  #replicator: SimulatedReplicator | undefined;

  private constructor(world: MeshWorld) {
    this.#world = world;
  }

  /** A new device's, in the room as soon as it finds somebody. */
  static async join(world: MeshWorld, name: string): Promise<MeshedReplica> {
    const replica = new MeshedReplica(world);
    const { clock, streams } = world;
    const random = streams.of(name);
    const deviceId = mintDeviceId((length) => random.bytes(length));
    const watcher = { applying() {}, durable() {} };
    const disk = new Disk(name, deviceId, { clock, random, speed: { maxMs: DISK_MAX_MS }, watcher });
    const replicator = await SimulatedReplicator.open(
      { room: "room", dimensions: 2 },
      {
        storage: () => ({ open: () => Promise.resolve(disk.open(replica.#life)) }),
        transport: () => replica.#transport(name),
        runtime: simulatedRuntime(clock, { aheadMs: 0 }, random, replica.#life),
      },
      VOTER_SWAP_MS,
    );
    replica.#replicator = replicator;
    await replicator.start();
    return replica;
  }

  get replicator(): SimulatedReplicator {
    if (this.#replicator === undefined) throw new Error("It has not opened yet.");
    return this.#replicator;
  }

  get nodeId(): NodeId {
    return this.replicator.nodeId;
  }

  /** As when a page is closed. */
  async leave(): Promise<void> {
    await this.replicator.close();
    this.#life.ended = true;
  }

  /** As when a machine loses its power: nobody is told. */
  die(): void {
    this.#life.ended = true;
    this.#world.signaling.vanish(this.#life);
  }

  #transport(name: string): TransportAdapter {
    const { clock, streams, signaling, channels, spreads } = this.#world;
    const [life, meter, links] = [this.#life, this.meter, this.links];
    const runtime = simulatedRuntime(clock, { aheadMs: 0 }, streams.of(`transport of ${name}`), life);
    return {
      join: async (self, events) => {
        const mesh = new Mesh({
          self,
          runtime,
          maxPeers: DEFAULT_MAX_PEERS,
          signaling: [signaling.of(life, meter)],
          openChannel: (initiator, channelEvents) => channels.open(initiator, { life, meter, events: channelEvents }),
          isBudgetSpent: () => false,
          events: {
            ...events,
            connected: (connection) => {
              links.add(connection.peer);
              events.connected(connection);
            },
            message: (connection, message) => {
              spreads.arrived(connection.peer, self.nodeId, message, clock.now);
              events.message(connection, message);
            },
            disconnected: (connection, reason) => {
              links.delete(connection.peer);
              events.disconnected(connection, reason);
            },
          },
        });
        return { prefer: (nodeIds) => mesh.prefer(nodeIds), stop: () => mesh.leave() };
      },
    };
  }
}
