import { fullDiskIn } from '../../storage/fullDisk.ts';

/** One sentence for a person, whatever was thrown. Known causes get their way out. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `Something unexpected happened: ${String(error)}`;
  if (fullDiskIn(error)) {
    return 'This browser has no room left for Whittle. Nothing that is stored gets lost: delete models or runs that you no longer need on the Start page, or free some disk space, and try again.';
  }
  if (error.name === 'SecurityError') {
    return 'This window may not keep files (a private window, perhaps): results are lost when it closes, so download them.';
  }
  return error.message;
}

export const isAbort = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AbortError' && !fullDiskIn(error);
