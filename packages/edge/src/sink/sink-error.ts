/**
 * unreachable: it may pass by itself; what was asked may have been done all the same. refused: the target says no and will say so again, until somebody
 * changes something. taken-over: another sink has claimed the room.
 */
export type SinkErrorCode = "unreachable" | "refused" | "taken-over";

export class SinkError extends Error {
  override readonly name = "SinkError";
  readonly code: SinkErrorCode;

  constructor(code: SinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
