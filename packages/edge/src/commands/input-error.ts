/** What the operator gave is not what the command takes. The message is for the operator. */
export class InputError extends Error {
  override readonly name = "InputError";
}
