/** Where a command's results go: text for people, or with `--json` one object per line. */
export interface Output {
  /** A result: `object` with --json, else `text`. */
  result(object: Readonly<Record<string, unknown>>, text: string): void;
  /** What is going on; never on stdout with --json. */
  progress(text: string): void;
  /** What a person should notice although the command goes on; always on stderr. */
  warn(text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    result: (object, text) => console.log(json ? JSON.stringify(object) : text),
    progress: (text) => (json ? console.error(text) : console.log(text)),
    warn: (text) => console.error(text),
  };
}
