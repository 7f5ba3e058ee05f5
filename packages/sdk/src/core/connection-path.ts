/** Whether two peers reach each other by themselves, or a TURN server or a signaling server (`relay`) forwards what it cannot read. */
export type ConnectionPath = "direct" | "turn" | "relay";
