import { countSupervised, type TokenizedRow } from '../text/tokenizedRow.ts';
import { chooseShape, inMicrobatches, totalSupervised, type BatchShape } from './batches.ts';
import { DataOrder } from './dataOrder.ts';
import { packRows } from './packRows.ts';

/** Steps that are looked at to plan for all. */
const sampledSteps = 32;

/** Rows of steps, each by length: as training may draw them under some seed where it shuffles, otherwise its first. */
export function sampleSteps(
  rows: readonly TokenizedRow[],
  rowsPerStep: number,
  isShuffled: boolean,
): (readonly TokenizedRow[])[] {
  const order = new DataOrder(rows.length, isShuffled ? 1 : null);
  const ofStep = (_: unknown, step: number) =>
    order.take(step * rowsPerStep, rowsPerStep).map((index) => rows[index]!);
  const byLength = (a: TokenizedRow, b: TokenizedRow) => a.ids.length - b.ids.length;
  return rows.length === 0
    ? []
    : Array.from({ length: sampledSteps }, ofStep).map((step) => step.sort(byLength));
}

/** Tokens that steps compute on average, padding included, and how many microbatches they take; shapes ascend by length. */
export function costOfSteps(
  steps: readonly (readonly TokenizedRow[])[],
  shapes: readonly BatchShape[],
): { readonly tokens: number; readonly microbatches: number } {
  const used = steps.flatMap((rows) =>
    inMicrobatches(rows, shapes.at(-1)!).map((part) => chooseShape(part, shapes)),
  );
  const tokens = used.reduce((sum, { batchSize, sequenceLength }) => sum + batchSize * sequenceLength, 0);
  return { tokens: tokens / steps.length, microbatches: used.length / steps.length };
}

/** What running a graph once more costs, in tokens of a step. */
const tokensPerRun = 64;

/** Longer lines waste less at their ends, but attention grows with their square. */
const longestLines = 512;

/**
 * The shape for rows that share lines: of all with no more tokens, and no more pairs of tokens, than `alone` has (so that
 * it takes no more memory), the one with which the sampled steps compute least. `alone` is the shape for rows that have a line
 * each, and holds the longest of them.
 */
export function planPacking(
  rows: readonly TokenizedRow[],
  steps: readonly (readonly TokenizedRow[])[],
  alone: BatchShape,
): BatchShape {
  const candidates = [1, 2, 4].flatMap((times) => {
    const sequenceLength = times * alone.sequenceLength;
    const most = Math.floor(alone.batchSize / times ** 2);
    if (times > 1 && sequenceLength > longestLines) return [];
    const lines = steps.map((step) => countLines(step, sequenceLength));
    return Array.from({ length: most }, (_, i) => {
      const batchSize = i + 1;
      const runs = lines.reduce((sum, count) => sum + Math.ceil(count / batchSize), 0);
      return { batchSize, sequenceLength, cost: runs * (batchSize * sequenceLength + tokensPerRun) };
    });
  });
  const { batchSize, sequenceLength } = candidates.reduce((best, other) => (other.cost < best.cost ? other : best)); // prettier-ignore
  const shape = { ...alone, batchSize, sequenceLength, isPacked: true };
  const parts = steps.flatMap((step) => inMicrobatches(step, shape)).map(totalSupervised);
  const needed = Math.max(...parts, ...rows.map(countSupervised));
  return { ...shape, maxSupervised: Math.min(alone.maxSupervised, Math.ceil(needed / 8) * 8) };
}

/** Lines that rows share when there are as many as they need. */
function countLines(rows: readonly TokenizedRow[], sequenceLength: number): number {
  const [placed = []] = packRows(rows, { batchSize: Infinity, sequenceLength, maxSupervised: Infinity });
  return new Set(placed.map(({ start }) => Math.floor(start / sequenceLength))).size;
}
