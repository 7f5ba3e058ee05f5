import { errorWords, type ErrorWords, unexpectedWords } from "../words/error-words.ts";
import { isReplicationError } from "@vecmesh/sdk";

/** Any error in words a person understands. */
export function errorWordsOf(error: unknown): ErrorWords {
  return isReplicationError(error) ? errorWords(error) : unexpectedWords(error);
}
