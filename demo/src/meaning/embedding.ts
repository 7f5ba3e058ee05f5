import { normalise, vectorOfUnknown } from "./unit-vector.ts";
import { DIMENSIONS, type Vocabulary } from "./vocabulary.ts";
import { tokens } from "./tokens.ts";

/**
 * The most frequent words ("the", "of", "would") say little of what a text is about and pull every text's mean towards
 * one point: 60 leaves "time" and "people" and beyond in.
 */
const FREQUENT_WORDS = 60;

export interface Embedding {
  /** Of length 1. */
  readonly vector: Float32Array;
  /** The words that placed the text, each once. Empty when the vocabulary has none of its words. */
  readonly words: readonly string[];
}

/**
 * Where a text lies among meanings: the mean of its words' vectors, the most frequent words left out, normalised. A text
 * of frequent words only is placed by those; one of unknown words only gets a place of its own, where the same words meet.
 */
export function embed(text: string, vocabulary: Vocabulary): Embedding {
  const ranked = tokens(text).flatMap((word) => {
    const rank = vocabulary.rank(word);
    return rank === undefined ? [] : [{ word, rank }];
  });
  const telling = ranked.filter(({ rank }) => rank >= FREQUENT_WORDS);
  const placing = telling.length > 0 ? telling : ranked;
  if (placing.length === 0) return { vector: unknownText(text), words: [] };
  const sum = new Float32Array(DIMENSIONS);
  for (const { rank } of placing) vocabulary.addTo(sum, rank);
  return { vector: normalise(sum), words: [...new Set(placing.map(({ word }) => word))] };
}

function unknownText(text: string): Float32Array {
  const words = tokens(text);
  const parts = words.length > 0 ? words : [text.trim()];
  const sum = new Float32Array(DIMENSIONS);
  for (const part of parts) vectorOfUnknown(part, DIMENSIONS).forEach((component, i) => (sum[i]! += component));
  return normalise(sum);
}
