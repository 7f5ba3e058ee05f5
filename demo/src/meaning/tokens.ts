/** A word: letters, with hyphens inside it as the vocabulary has them ("well-known"). */
const WORD = /\p{L}+(?:-\p{L}+)*/gu;

/** The words of a text, lower-cased, in order, repeats kept. A possessive's ending is left out ("dog's" is "dog"). */
export function tokens(text: string): string[] {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’]s\b/gu, "");
  return plain.match(WORD) ?? [];
}
