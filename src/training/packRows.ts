import { countSupervised, type TokenizedRow } from '../text/tokenizedRow.ts';
import type { BatchShape } from './batches.ts';

/** Where a row lies in a batch: its first token's position, counted over all lines. */
export interface PlacedRow {
  readonly row: TokenizedRow;
  readonly start: number;
}

/** The rows of one microbatch as they are put into its lines. */
interface Microbatch {
  readonly placed: PlacedRow[];
  /** Tokens in each line. */
  readonly filled: number[];
  supervised: number;
}

/**
 * Divides rows into microbatches in which several share a line, by first-fit decreasing: the longest first, each into the
 * first line that has room in the first microbatch that has room for its supervised tokens. Needs at most 11/9 of the lines
 * that would do, and a few (Johnson 1973). The same rows of a microbatch are placed in the same way again.
 * Throws where a row fits no empty microbatch.
 */
export function packRows(rows: readonly TokenizedRow[], shape: BatchShape): (readonly PlacedRow[])[] {
  const microbatches: Microbatch[] = [];
  for (const row of rows.toSorted((a, b) => b.ids.length - a.ids.length)) {
    if (microbatches.some((microbatch) => place(row, microbatch, shape))) continue;
    const microbatch: Microbatch = { placed: [], filled: [], supervised: 0 };
    if (!place(row, microbatch, shape)) {
      const { sequenceLength, maxSupervised } = shape;
      throw new Error(
        `A row of ${row.ids.length} tokens, ${countSupervised(row)} of them supervised, does not fit a line of ${sequenceLength} with ${maxSupervised}; compile longer lines or shorten the rows.`,
      );
    }
    microbatches.push(microbatch);
  }
  return microbatches.map(({ placed }) => placed);
}

/** Puts a row into the first line with room; false where there is none. */
function place(row: TokenizedRow, microbatch: Microbatch, shape: BatchShape): boolean {
  const { batchSize, sequenceLength, maxSupervised } = shape;
  const { filled, placed } = microbatch;
  const supervised = microbatch.supervised + countSupervised(row);
  if (supervised > maxSupervised) return false;
  const { length } = row.ids;
  const found = filled.findIndex((tokens) => tokens + length <= sequenceLength);
  const line = found < 0 ? filled.length : found;
  const start = filled[line] ?? 0;
  if (line === batchSize || start + length > sequenceLength) return false;
  placed.push({ row, start: line * sequenceLength + start });
  filled[line] = start + length;
  microbatch.supervised = supervised;
  return true;
}
