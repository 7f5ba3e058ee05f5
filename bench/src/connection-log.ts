/** Bytes since the connections were opened, both ways together. */
export interface WireBytes {
  /** Given to and taken from the data channels. */
  readonly channels: number;
  /** Payloads of the packets that carried them: with SCTP, DTLS and what was sent again, without UDP and IP. */
  readonly packets: number;
}

/** TypeScript knows only some of the reports' types. */
interface CountingStats {
  readonly type: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
}

/** The page's RTCPeerConnections from some moment on, whichever library opens them. */
export class ConnectionWatch {
  /** When the first data channel opened: `performance.now()`. */
  readonly channelOpened: Promise<number>;
  readonly #connections: RTCPeerConnection[] = [];
  #resolveOpened: (at: number) => void = () => undefined;

  constructor() {
    this.channelOpened = new Promise((resolve) => (this.#resolveOpened = resolve));
  }

  add(connection: RTCPeerConnection): void {
    this.#connections.push(connection);
  }

  opened(at: number): void {
    this.#resolveOpened(at);
  }

  async wireBytes(): Promise<WireBytes> {
    const total = { channels: 0, packets: 0 };
    for (const connection of this.#connections) {
      for (const report of (await connection.getStats()).values() as Iterable<CountingStats>) {
        const bytes = (report.bytesSent ?? 0) + (report.bytesReceived ?? 0);
        if (report.type === "data-channel") total.channels += bytes;
        if (report.type === "transport") total.packets += bytes;
      }
    }
    return total;
  }
}

/**
 * Puts itself in front of the page's RTCPeerConnection: no library tells the time at which its channel opened, and the
 * figures of all must begin at the same point.
 */
export class ConnectionLog {
  readonly #watches = new Set<ConnectionWatch>();

  install(): void {
    const told = this.#watches;
    const watchChannel = (channel: RTCDataChannel): void => {
      channel.addEventListener("open", () => {
        for (const watch of told) watch.opened(performance.now());
      });
    };
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        for (const watch of told) watch.add(this);
        this.addEventListener("datachannel", ({ channel }) => watchChannel(channel));
      }

      override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
        const channel = super.createDataChannel(label, options);
        watchChannel(channel);
        return channel;
      }
    };
  }

  /** Sees what is opened from now on, until the page is left. */
  watch(): ConnectionWatch {
    const watch = new ConnectionWatch();
    this.#watches.add(watch);
    return watch;
  }
}
