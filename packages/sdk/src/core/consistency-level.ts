/** How many durable copies a write waits for: this store's, a data quorum of voters', or every voter's (Q2). */
export type ConsistencyLevel = "one" | "quorum" | "all";

/** The levels that ask voters. */
export type QuorumLevel = Exclude<ConsistencyLevel, "one">;
