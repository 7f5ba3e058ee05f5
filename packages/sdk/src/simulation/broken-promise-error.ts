/** What ends a run because a promise is broken, not because of an exception that nobody foresaw. */
export class BrokenPromiseError extends Error {
  override readonly name = "BrokenPromiseError";
}
