/** How many durable copies a write waits for: this store's, a data quorum of voters', or every voter's (Q2). */
export type ConsistencyLevel = "one" | "quorum" | "all";
