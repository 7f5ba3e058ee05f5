/**
 * What a decoded value takes in memory, counted by rule: some bytes for each member of each object, the bytes of each string and
 * of each array of numbers. Allocation in proportion to what was sent shows as a bounded ratio, without a look at the heap.
 */
export function weightOf(value: unknown): number {
  if (typeof value === "string") return 16 + value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return 16 + value.byteLength;
  let weight = 16;
  if (value instanceof Map) for (const [key, item] of value) weight += weightOf(key) + weightOf(item);
  else if (value instanceof Set) for (const item of value) weight += weightOf(item);
  else for (const item of Object.values(value)) weight += 8 + weightOf(item);
  return weight;
}
