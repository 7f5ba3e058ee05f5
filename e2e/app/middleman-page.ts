import { LetterSeal, type SealedLetter } from "./letter-seal.ts";
import { TappedLine } from "./tapped-line.ts";

declare global {
  interface Window {
    readonly middleman: Middleman;
  }
}

/** What the hostile server and this page tell each other: which victim a letter is from, or for. */
export interface Intercepted {
  readonly victim: number;
  readonly letter: Envelope | SealedLetter;
}

/** docs/PROTOCOL.md, "Signaling". */
interface Envelope {
  readonly type: string;
  readonly nodeId: string;
  readonly instance: string;
  readonly openedAt: number;
  readonly upMs: number;
  readonly to?: string;
  readonly answer?: boolean;
  readonly attempt?: number;
  readonly signal?:
    | { readonly type: "offer" | "answer"; readonly sdp: string }
    | { readonly type: "candidate"; readonly candidate: RTCIceCandidateInit };
}

const OWN = { nodeId: "1".padStart(32, "0"), instance: "f".repeat(16), openedAt: 0, upMs: 0 };

/** Stands between two replicas, together with a signaling server that is its accomplice. */
class Middleman {
  readonly #known = new Map<number, Envelope>();
  readonly #lines: TappedLine[] = [];
  #socket: WebSocket | undefined;
  #seal: LetterSeal | undefined;
  #caller = 0;
  #work: Promise<void> = Promise.resolve();

  /** @param password where the key that signaling is sealed by has leaked */
  async begin(server: string, room: string, password?: string): Promise<void> {
    if (password !== undefined) this.#seal = await LetterSeal.of(password, room);
    const socket = new WebSocket(`${server}/middleman`);
    this.#socket = socket;
    // One after the other, as they come.
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      this.#work = this.#work.then(() => this.#intercept(JSON.parse(data) as Intercepted));
    });
    await new Promise((resolve) => socket.addEventListener("open", resolve));
  }

  /** How many connections it has got between the two. */
  get lines(): number {
    return this.#lines.length;
  }

  get overheard(): string {
    return this.#lines.map((line) => line.overheard).join("");
  }

  async #intercept({ victim, letter }: Intercepted): Promise<void> {
    const envelope = await this.#read(letter);
    if (envelope === undefined) {
      // All that is left is to pass for a replica.
      this.#post({ victim, letter: { ...OWN, type: "announce", answer: true } });
      return;
    }
    this.#known.set(victim, envelope);
    const { signal, attempt } = envelope;
    const line = this.#lines.at(-1);
    if (signal === undefined) this.#post({ victim: 1 - victim, letter });
    else if (signal.type === "candidate") {
      await line?.candidate(victim === this.#caller ? "caller" : "callee", signal.candidate);
    } else if (signal.type === "answer") await line?.answered(signal.sdp);
    else {
      this.#caller = victim;
      const swapped = new TappedLine();
      this.#lines.push(swapped);
      const { offer, answer } = await swapped.swap(signal.sdp);
      await this.#impersonate(1 - victim, { attempt, signal: { type: "answer", sdp: answer } });
      await this.#impersonate(victim, { attempt, signal: { type: "offer", sdp: offer } });
    }
  }

  async #read(letter: Envelope | SealedLetter): Promise<Envelope | undefined> {
    if (!("sealed" in letter)) return letter;
    return (await this.#seal?.open(letter)) as Envelope | undefined;
  }

  /** Tells the other victim something in this one's name. */
  async #impersonate(victim: number, said: Pick<Envelope, "signal"> & { readonly attempt: number | undefined }) {
    const [speaker, listener] = [this.#known.get(victim), this.#known.get(1 - victim)];
    if (speaker === undefined || listener === undefined) throw new Error("One of the two has not been heard of.");
    const { nodeId, instance, openedAt, upMs } = speaker;
    const envelope = { nodeId, instance, openedAt, upMs, type: "signal", to: listener.instance, ...said } as Envelope;
    this.#post({ victim: 1 - victim, letter: this.#seal === undefined ? envelope : await this.#seal.seal(envelope) });
  }

  #post(message: Intercepted): void {
    this.#socket?.send(JSON.stringify(message));
  }
}

Object.defineProperty(window, "middleman", { value: new Middleman() });
