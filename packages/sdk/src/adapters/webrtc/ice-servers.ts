import { replicationError } from "../../core/replication-error.ts";

/** By which STUN and TURN servers, and over which paths, replicas may reach each other. */
export interface IceOptions {
  /**
   * STUN and TURN servers; a function is asked afresh for each attempt to connect. When it fails, so does the attempt, which is made
   * again later: an error event `transport-failed` tells, once until it has answered again. Default: the TURN servers that the
   * signaling servers offer, if they do; otherwise direct paths only.
   */
  readonly iceServers?: readonly RTCIceServer[] | (() => Promise<readonly RTCIceServer[]>) | undefined;
  /** `'relay'`: only through TURN servers, so that peers do not learn each other's addresses. Default `'all'`. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined;
}

/** What an attempt to connect is to go by. */
export type IceConfiguration = Required<Pick<RTCConfiguration, "iceServers" | "iceTransportPolicy">>;

/** @throws ReplicationError `invalid-config` */
export function checkIceOptions({ iceServers, iceTransportPolicy }: IceOptions): void {
  if (iceServers !== undefined && typeof iceServers !== "function" && !Array.isArray(iceServers))
    refuse("iceServers", "a list of RTCIceServer, or a function that resolves to one");
  if (iceTransportPolicy !== undefined && iceTransportPolicy !== "all" && iceTransportPolicy !== "relay")
    refuse("iceTransportPolicy", "'all' or 'relay'");
}

/** Knows what the application and the signaling servers say of ICE servers, as of now. */
export class IceServers {
  readonly #options: IceOptions;
  readonly #onError: (error: Error) => void;
  readonly #offers = new Map<string, readonly RTCIceServer[]>();
  #failing = false;

  /** @param onError is told when the application's function begins to fail */
  constructor(options: IceOptions, onError: (error: Error) => void) {
    this.#options = options;
    this.#onError = onError;
  }

  /** What that signaling server offers, in place of what it did before. */
  offered(url: string, servers: readonly RTCIceServer[]): void {
    this.#offers.set(url, servers);
  }

  /** For one attempt. Rejects when there can be none, with the reason. */
  async configuration(): Promise<IceConfiguration> {
    const iceTransportPolicy = this.#options.iceTransportPolicy ?? "all";
    const iceServers = [...(await this.#servers())];
    // Without this the attempt would wait for its timeout, and say nothing of why.
    if (iceTransportPolicy === "relay" && !iceServers.some(isTurn))
      throw new Error("iceTransportPolicy is 'relay', and no TURN server is known");
    return { iceServers, iceTransportPolicy };
  }

  async #servers(): Promise<readonly RTCIceServer[]> {
    const { iceServers } = this.#options;
    if (typeof iceServers !== "function") return iceServers ?? [...this.#offers.values()].flat();
    try {
      const servers: unknown = await iceServers();
      if (!Array.isArray(servers)) throw new TypeError("it resolved to no list");
      this.#failing = false;
      return servers as readonly RTCIceServer[];
    } catch (cause) {
      const reason = `the function iceServers failed: ${cause instanceof Error ? cause.message : String(cause)}`;
      const error = replicationError(
        "transport-failed",
        `No connection can be made while ${reason}. It is asked again.`,
        {},
        { cause },
      );
      // Each peer asks at each attempt; one outage is one event.
      if (!this.#failing) this.#onError(error);
      this.#failing = true;
      throw new Error(reason, { cause });
    }
  }
}

function isTurn({ urls }: RTCIceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/i.test(url));
}

function refuse(option: string, expected: string): never {
  throw replicationError("invalid-config", `The option ${option} must be ${expected}.`, { option });
}
