import type { RelayOffer } from "@vecmesh/signaling/protocol";
import { fromBase64Url, toBase64Url } from "../../core/base64url.ts";
import { DecodeError } from "../../core/codec/decode-error.ts";
import { bytesToHex, hexToBytes } from "../../core/node-id.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Instance } from "../signaling/envelope.ts";
import { LINE_NAME_BYTES, type LineName, type Relay, type RelayLine, type RelayLineEvents } from "./relay.ts";
import { RelayAllowance } from "./relay-allowance.ts";

export interface ServerRelayOptions {
  readonly runtime: Runtime;
  /** The server's name for that instance's socket, if it is known. */
  readonly routeTo: (to: Instance) => string | undefined;
  /** Sends data to the socket of that name. */
  readonly post: (to: string, data: string) => void;
}

interface OpenLine {
  /** The server's name for the other end's socket: nobody else's packets are taken. */
  readonly from: string;
  readonly events: RelayLineEvents;
}

/** Each may have a window on its way here: together they stay below what the server lets queue up for a slow reader. */
const MAX_LINES = 8;

/** The lines that one signaling server relays for this side, each from one of its sockets to another. */
export class ServerRelay implements Relay {
  readonly #options: ServerRelayOptions;
  readonly #lines = new Map<LineName, OpenLine>();
  #offer: RelayOffer | undefined;
  #all: RelayAllowance | undefined;

  constructor(options: ServerRelayOptions) {
    this.#options = options;
  }

  /** What the server says of itself since the socket was opened. */
  offered(offer: RelayOffer | undefined): void {
    if (offer !== undefined && offer.socketBytesPerSecond !== this.#offer?.socketBytesPerSecond)
      this.#all = new RelayAllowance(offer.socketBytesPerSecond, this.#options.runtime);
    this.#offer = offer;
  }

  reaches(to: Instance): boolean {
    return this.#offer !== undefined && this.#lines.size < MAX_LINES && this.#options.routeTo(to) !== undefined;
  }

  open(to: Instance, name: LineName, events: RelayLineEvents): RelayLine | undefined {
    const [offer, all, from] = [this.#offer, this.#all, this.#options.routeTo(to)];
    if (!this.reaches(to) || this.#lines.has(name)) return undefined;
    if (offer === undefined || all === undefined || from === undefined) return undefined;
    const line: OpenLine = { from, events };
    this.#lines.set(name, line);
    const pair = new RelayAllowance(offer.bytesPerSecond, this.#options.runtime);
    const head = hexToBytes(name);
    return {
      get waitMs() {
        return Math.max(all.waitMs, pair.waitMs);
      },
      send: (packet) => {
        if (this.#lines.get(name) !== line) return;
        const bytes = new Uint8Array(head.length + packet.length);
        bytes.set(head);
        bytes.set(packet, head.length);
        const data = toBase64Url(bytes);
        for (const allowance of [all, pair]) allowance.spend(data.length + offer.bytesPerMessage);
        this.#options.post(from, data);
      },
      close: () => {
        if (this.#lines.get(name) === line) this.#lines.delete(name);
      },
    };
  }

  /** What came from the socket of that name. Packets of lines that are closed here, or were never open, are dropped. */
  received(from: string, data: unknown): void {
    const bytes = decoded(data);
    if (bytes === undefined || bytes.length < LINE_NAME_BYTES) return;
    const line = this.#lines.get(bytesToHex(bytes.subarray(0, LINE_NAME_BYTES)) as LineName);
    if (line?.from === from) line.events.packet(bytes.subarray(LINE_NAME_BYTES));
  }

  /** The socket of that name is gone; without a name, this side's. */
  ended(from?: string): void {
    for (const [name, line] of this.#lines) {
      if (from !== undefined && line.from !== from) continue;
      this.#lines.delete(name);
      line.events.closed("the signaling server relays no more between the two");
    }
  }
}

function decoded(data: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof data !== "string") return undefined;
  try {
    return fromBase64Url(data);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}
