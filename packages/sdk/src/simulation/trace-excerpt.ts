/** Lines of an excerpt: more is no help to a reader. */
const MAX_LINES = 120;
/** Lines of what concerns a violation that are kept from before the last ones: how it began. */
const FIRST_LINES = 20;

const SHORT = 4;
const FAULT = /^ *[\d.]+ -- /;
const LIFE = /^ *[\d.]+ r\d+ (opens|is|starts|stops|closes|dies|loses)\b/;

/**
 * The lines of a run's trace that matter to its violations: the faults, the comings and goings of processes, and whatever names a dot, a
 * replica, a machine's call or a moment that a violation names. The middle is left out where that is still too much.
 */
export function traceExcerpt(trace: readonly string[], violations: readonly string[]): string[] {
  const text = violations.join("\n");
  const names = namesIn(text);
  const since = earliestMoment(text);
  const machines = new Set(names.size === 0 ? text.match(/\br\d+\b/g) : []);
  const concerned = trace.filter((line, i) => {
    if (i === 0 || FAULT.test(line) || LIFE.test(line)) return true;
    for (const name of names) if (line.includes(name)) return true;
    if (since !== undefined && Number.parseFloat(line) < since) return false;
    for (const machine of machines) if (line.includes(machine)) return true;
    return false;
  });
  if (concerned.length <= MAX_LINES) return concerned;
  const last = MAX_LINES - FIRST_LINES;
  const left = concerned.length - FIRST_LINES - last;
  const tail = concerned.slice(-last);
  return [...concerned.slice(0, FIRST_LINES), `… ${left} more; --trace shows all`, ...tail];
}

/** Dots and replicas as a trace writes them. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, origin, seq] of text.matchAll(/\b([0-9a-f]{16})\/(\d+)/g)) {
    names.add(`${origin!.slice(0, SHORT)}/${seq}`);
    // As a context or an interval that ends with it writes it.
    names.add(`${origin!.slice(0, SHORT)}:`);
  }
  for (const [lineage] of text.matchAll(/\b[0-9a-f]{32}\b/g)) names.add(`${lineage.slice(-SHORT)}e`);
  return names;
}

function earliestMoment(text: string): number | undefined {
  const moments = [...text.matchAll(/called at (\d+)/g)].map(([, moment]) => Number(moment));
  return moments.length === 0 ? undefined : Math.min(...moments) - 1;
}
