/** An error as the one line that a command ends with; `WHITTLE_TRACE=1` shows where it came from. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env['WHITTLE_TRACE']) return error.stack ?? error.message;
  return error.message.trim().replace(/\s*\n\s*/g, ' ');
}
