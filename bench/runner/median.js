/**
 * @param {readonly number[]} values
 * @returns {number} the middle one, or the mean of the two in the middle
 */
export function median(values) {
  if (values.length === 0) throw new Error("There is no median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = /** @type {number} */ (sorted[middle]);
  return sorted.length % 2 === 1 ? upper : (/** @type {number} */ (sorted[middle - 1]) + upper) / 2;
}
