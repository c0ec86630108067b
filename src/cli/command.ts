/** A command of the command line. */
export interface Command {
  readonly summary: string;
  readonly help: string;
  /** @throws an Error whose message is for the person at the terminal */
  readonly run: (argv: readonly string[]) => Promise<void>;
}
