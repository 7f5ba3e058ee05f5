import type { Ack, AckRequest, ReadReply, ReadRequest, Reconfigure, Reconfigured } from "./messages.ts";
import type { NodeId } from "./node-id.ts";

/** What may be asked of a voter that is no neighbour. */
export type RoutedQuestionBody = AckRequest | ReadRequest | Reconfigure;
export type RoutedAnswerBody = Ack | ReadReply | Reconfigured;

/** A question on its way to a voter, over others (T7). */
export interface RoutedQuestion {
  readonly type: "routed-question";
  /** The voter that is asked. */
  readonly target: NodeId;
  /** Random, in hex, and known on the way alone: who is not on it can answer nothing. */
  readonly nonce: string;
  /** The asker, then who has passed it on, the sender last; each once. */
  readonly route: readonly NodeId[];
  readonly body: RoutedQuestionBody;
}

/** The answer, on its way back by the same replicas, which keep nothing of it. */
export interface RoutedAnswer {
  readonly type: "routed-answer";
  readonly nonce: string;
  /** Who is still to pass it on, the asker first; empty where the receiver is the asker. */
  readonly route: readonly NodeId[];
  readonly body: RoutedAnswerBody;
}
