/** A client has broken the protocol or a limit; its socket is closed with this. */
export class Violation extends Error {
  /** One of CLOSE_CODES. */
  readonly code: number;

  /** `reason` goes into the close frame: at most 123 bytes, and nothing in it that a client sent. */
  constructor(code: number, reason: string) {
    super(reason);
    this.name = "Violation";
    this.code = code;
  }
}
