/** An error as the one line that a command ends with; `WHITTLE_TRACE=1` shows where it came from. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['WHITTLE_TRACE'] ? (error.stack ?? error.message) : error.message;
}
