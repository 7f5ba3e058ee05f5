/** Whether two peers reach each other by themselves, or a TURN server forwards what it cannot read. */
export type ConnectionPath = "direct" | "turn";
