/** Why the playground does not start. */
export type PlaygroundErrorCode =
  | "missing-peer"
  | "port-taken"
  | "port-invalid"
  | "folder-in-use"
  | "folder-unusable"
  | "account-invalid"
  | "not-built";

/** What stops the playground before it is ready; the message names cause and remedy. The command line ends with 2. */
export class PlaygroundError extends Error {
  override readonly name = "PlaygroundError";
  readonly code: PlaygroundErrorCode;
  readonly exitCode = 2;

  constructor(code: PlaygroundErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
