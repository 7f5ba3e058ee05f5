/** RxDB's own signaling server, in a thread of its own because it writes about every client to the standard output. */
import { once } from "node:events";
import { parentPort } from "node:worker_threads";
import { startSignalingServerSimplePeer } from "rxdb/plugins/replication-webrtc";

const { server } = await startSignalingServerSimplePeer({ host: "127.0.0.1", port: 0 });
if (server.address() === null) await once(server, "listening");
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a thread's port has no origin
parentPort?.postMessage(server.address());
