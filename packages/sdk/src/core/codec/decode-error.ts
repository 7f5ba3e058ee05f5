/** Bytes that no correct replica writes. The only error that decoding throws. */
export class DecodeError extends Error {
  /** What was wrong, for the peer and the log: names the field, never quotes its content. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot decode: ${reason}`, options);
    this.name = "DecodeError";
    this.reason = reason;
  }
}

/** A well-formed hello of another protocol version; both numbers go into `protocol-mismatch`. */
export class ProtocolMismatchError extends DecodeError {
  readonly ours: number;
  readonly theirs: number;

  constructor(ours: number, theirs: number) {
    super(`the peer speaks protocol ${theirs}, this replica ${ours}`);
    this.name = "ProtocolMismatchError";
    this.ours = ours;
    this.theirs = theirs;
  }
}
