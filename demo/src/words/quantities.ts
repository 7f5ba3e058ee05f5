const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long ago, in a few characters: "now", "4 min", "2 h", "3 d", and a date from a month on. */
export function ago(thenMs: number, nowMs: number): string {
  const age = nowMs - thenMs;
  if (age < MINUTE_MS) return "now";
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h`;
  if (age < 30 * DAY_MS) return `${Math.floor(age / DAY_MS)} d`;
  return new Date(thenMs).toISOString().slice(0, "yyyy-mm-dd".length);
}

/** A duration as lag is read: "0 ms", "140 ms", "2.4 s", "3 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / MINUTE_MS)} min`;
}

const KILO = 1000;

/** Bytes in decimal units, as disks and networks count them: "812 B", "3.4 kB", "1.2 MB". */
export function bytes(count: number): string {
  if (count < KILO) return `${Math.round(count)} B`;
  if (count < KILO ** 2) return `${(count / KILO).toFixed(1)} kB`;
  return `${(count / KILO ** 2).toFixed(1)} MB`;
}

const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** A count with thousands separated: "5,000". */
export function count(value: number): string {
  return WHOLE.format(value);
}

/** "1 note", "2 notes". */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
