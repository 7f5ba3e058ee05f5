/** The longest id in UTF-8: ids are keys, held in memory for every entry; 512 bytes fit any URL path or UUID list. */
export const MAX_ID_BYTES = 512;
/** The longest metadata as JSON text in UTF-8: 1,000 entries of 16 KiB still fit one frame; documents belong elsewhere. */
export const MAX_METADATA_BYTES: number = 64 * 1024;
/** The longest state of an entry's document: a long article with its history; what is longer belongs to a document of its own (MeshProvider). */
export const MAX_DOCUMENT_BYTES: number = 256 * 1024;
/** How deep metadata may nest, itself being level 1: recursion over it stays far from any engine's stack limit. */
export const MAX_METADATA_DEPTH = 32;
/** The most dimensions of one vector: 16 times the largest embedding in use, and 256 KiB, so that many fit one frame. */
export const MAX_DIMENSIONS = 65_536;

/** The longest frame: what transports carry (MAX_MESSAGE_BYTES of the transport port, which core cannot import). */
export const MAX_FRAME_BYTES: number = 16 * 1024 * 1024;
/** Versions in one frame: 16 default batches. At 25 bytes each the shortest would otherwise number 600,000, in one transaction. */
export const MAX_VERSIONS_PER_FRAME = 16_384;
/** Ids in one question of a quorum read, and so in one ordered batch: a sync batch's, since the answer comes without a window. */
export const MAX_READ_IDS = 1_000;
/** Parts of the answer: 16 for each id of the largest question, if every sibling is as large as a part. */
export const MAX_READ_PARTS = 16_384;
/** Bytes of a frame's vectors when inflated: no more than the frame could carry uncompressed. */
export const MAX_VECTOR_BYTES: number = MAX_FRAME_BYTES;
/**
 * Deflated bytes in one frame: three times what a batch of 1,000 x 384 floats takes. A hostile stream of tiny blocks costs
 * its reader 3 to 4 microseconds a byte, so this bounds the time at some seconds; longer planes go uncompressed.
 */
export const MAX_DEFLATED_BYTES: number = 1024 * 1024;
/** Deflate cannot shrink further (RFC 1951: 258 bytes for two bits), so a plane that claims more is a lie told before inflating it. */
export const MAX_INFLATE_RATIO = 1032;

/** Origins in one context: 70 store openings a day for ten years, at some 64 MiB in memory. */
export const MAX_CONTEXT_ORIGINS = 262_144;
/** Intervals in one context, over all its origins: 16 MiB in memory. Gaps close with every session, so honest contexts hold few. */
export const MAX_CONTEXT_INTERVALS = 1_048_576;
/** Origins in one version's context: store openings that wrote to that very id. 50 a day for three years, on one id. */
export const MAX_VERSION_CONTEXT = 65_536;
/** Origins in the contexts of all versions of one frame: 64 for each of them, at some 50 MiB in memory. */
export const MAX_VERSION_CONTEXTS_PER_FRAME = 1_048_576;

/** A room's name in UTF-8: it is a signaling topic and part of a store's name. */
export const MAX_ROOM_BYTES = 512;
/** The conflict mode's name with a custom resolver's version in UTF-8. */
export const MAX_CONFLICT_MODE_BYTES = 256;
/** Replicas that one record bars. */
export const MAX_BARRED = 4_096;

/** Ranges in one frame of a repair: one turn of `ReconciliationTurns`. */
export const MAX_RANGES = 512;
/** Items or dots listed for one range: `LISTED_ITEMS` of reconciliation. */
export const MAX_LISTED_ITEMS = 32;

/** Leases that a report tells of: all that a replica keeps (MAX_LEASES). */
export const MAX_LEASED_TOLD = 256;
/** Neighbours that a peer tells of: a full mesh beyond what a browser can keep open. */
export const MAX_TOLD_LINKS = 1_024;
/** Voters that a peer tells routes to: those of two epochs. */
export const MAX_ROUTES_TOLD = 30;
/** Bytes of one ephemeral message: a cursor is a hundred, and what is larger than a page of text can wait for a write. */
export const MAX_EPHEMERAL_BYTES: number = 16 * 1024;
/** The name of an ephemeral channel in UTF-8: it travels with every message. */
export const MAX_CHANNEL_BYTES = 64;
/** Intervals of the dots that are asked about over others: 4,096 writes that nobody else's came between, and any number in a row. */
export const MAX_ROUTED_INTERVALS = 4_096;
