export { createEdgeReplicator, type EdgeConfig } from "./edge-replicator.ts";
export { edgeTransport, type EdgeTransportOptions } from "./webrtc.ts";
export { levelDbStorage, type LevelDbStorage } from "./leveldb/leveldb-storage.ts";
export type { LevelDbStore } from "./leveldb/leveldb-store.ts";
export { type HttpServer, type HttpServerOptions, startHttpServer } from "./http/http-server.ts";
