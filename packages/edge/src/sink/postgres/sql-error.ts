import { SinkError } from "../sink-error.ts";

/**
 * Classes of SQLSTATE that pass by themselves (PostgreSQL manual, appendix A): connection exceptions, transaction rollbacks (deadlocks among them),
 * insufficient resources, operator intervention (shutting down, starting up, cancelled), system errors.
 */
const PASSING_CLASSES: ReadonlySet<string> = new Set(["08", "40", "53", "57", "58"]);
/** A lock that was not to be had, and a standby that has not been promoted yet. */
const PASSING_STATES: ReadonlySet<string> = new Set(["55P03", "25006"]);
/** What `pg` says without a code. */
const PASSING_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error)/;

/** What a failed statement or connection comes to. */
export function sinkErrorOf(error: unknown): SinkError {
  if (error instanceof SinkError) return error;
  const { message, code, syscall } = error as { message?: string; code?: unknown; syscall?: unknown };
  const state = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && syscall === undefined ? code : undefined;
  const passes =
    state === undefined
      ? typeof syscall === "string" || PASSING_MESSAGES.test(message ?? "")
      : PASSING_CLASSES.has(state.slice(0, 2)) || PASSING_STATES.has(state);
  // Several addresses of one host fail together, with a code and without a text.
  const reason = message === undefined || message === "" ? String(code ?? error) : message;
  const text = `The database ${passes ? "cannot be reached" : "refuses"}: ${reason}${state === undefined ? "" : ` (${state})`}`;
  return new SinkError(passes ? "unreachable" : "refused", text, { cause: error });
}
