import { Replicator } from "@vecmesh/sdk";

interface Note {
  readonly [key: string]: string;
  readonly text: string;
}

declare global {
  interface Window {
    write(id: string, text: string): Promise<void>;
    read(id: string): Promise<string | undefined>;
  }
}

const signaling = new URLSearchParams(location.search).get("signaling");
const replicator = await Replicator.create<Note>({ room: "consumer", ...(signaling && { signaling }), iceServers: [] });
await replicator.start();

window.write = async (id, text) => {
  await replicator.write({ id, vector: Float32Array.of(1, 0, 0), metadata: { text } }, { consistency: "one" });
};
window.read = async (id) => (await replicator.get(id))?.metadata.text;
document.body.dataset["ready"] = "yes";
