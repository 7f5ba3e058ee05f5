import { WebrtcProvider } from "y-webrtc";
import * as Y from "yjs";

declare global {
  interface Window {
    readonly yjs: YWebrtcPage;
  }
}

/** y-webrtc as its users use it, but for BroadcastChannel: pages of one browser shall meet by signaling alone. */
class YWebrtcPage {
  readonly #document = new Y.Doc();

  join(room: string, signaling: string): void {
    new WebrtcProvider(room, this.#document, { signaling: [signaling], peerOpts: { config: { iceServers: [] } } });
  }

  get text(): string {
    return this.#document.getText().toJSON();
  }

  append(text: string): void {
    this.#document.getText().insert(this.#document.getText().length, text);
  }
}

Object.defineProperty(window, "yjs", { value: new YWebrtcPage() });
