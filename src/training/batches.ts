import { countSupervised, truncateRow, type TokenizedRow } from '../text/tokenizedRow.ts';
import { packRows, type PlacedRow } from './packRows.ts';

/** The static shape that a training graph was compiled for. */
export interface BatchShape {
  /** Rows per microbatch, or lines where rows share them, B. */
  readonly batchSize: number;
  /** Tokens per row or line with padding, T. */
  readonly sequenceLength: number;
  /** Positions whose logits the loss may use per microbatch, R. */
  readonly maxSupervised: number;
  /** Whether several rows may share a line. */
  readonly isPacked?: boolean;
}

/** One microbatch, ready to be fed: rows in lines of [B, T] padded on the right, supervised positions listed in R slots. */
export interface Batch {
  /** [B, T] token ids, padding 0. */
  readonly inputIds: BigInt64Array;
  /** [R] flat position b·T + t whose logits predict the label; padding 0. */
  readonly supervisedRows: BigInt64Array;
  /** [B·T] the slot in `supervisedRows`, or R where the position is not supervised. */
  readonly rowOfPosition: BigInt64Array;
  /** [R] the token to predict; padding 0. */
  readonly labels: Int32Array;
  /** [R] `weight` for every slot in use, 0 for padding. */
  readonly labelWeights: Float32Array;
  /** [B·T] the number of a token's row, from 1 on; padding 0. */
  readonly segments: Int32Array;
  /** [B·T] a token's place in its row; padding 0. */
  readonly positions: BigInt64Array;
}

/** Counts the tokens that the loss counts, over all rows. */
export function totalSupervised(rows: readonly TokenizedRow[]): number {
  return rows.reduce((sum, row) => sum + countSupervised(row), 0);
}

/**
 * Lays out up to B rows as one microbatch, or as many as share B lines; missing rows are padding throughout. `weight` is what each supervised
 * token counts: 1 / (supervised tokens of the whole accumulated batch).
 * Throws when the rows do not fit the shape.
 */
export function layOutBatch(rows: readonly TokenizedRow[], shape: BatchShape, weight: number): Batch {
  const { batchSize, sequenceLength, maxSupervised } = shape;
  if (!fits(rows, shape)) throw new Error(describeMisfit(rows, [shape]));
  const inputIds = new BigInt64Array(batchSize * sequenceLength);
  const supervisedRows = new BigInt64Array(maxSupervised);
  const rowOfPosition = new BigInt64Array(batchSize * sequenceLength).fill(BigInt(maxSupervised));
  const labels = new Int32Array(maxSupervised);
  const labelWeights = new Float32Array(maxSupervised);
  const segments = new Int32Array(inputIds.length);
  const positions = new BigInt64Array(inputIds.length);
  let slot = 0;
  placeRows(rows, shape).forEach(({ row, start }, i) => {
    row.ids.forEach((id, t) => {
      inputIds[start + t] = BigInt(id);
      segments[start + t] = i + 1;
      positions[start + t] = BigInt(t);
      // A row's first token is not predicted: what stands before it, if anything, is another row.
      if (t === 0 || !row.supervised[t]) return;
      // The logits of the position before a token predict it.
      const position = start + t - 1;
      supervisedRows[slot] = BigInt(position);
      rowOfPosition[position] = BigInt(slot);
      labels[slot] = id;
      labelWeights[slot++] = weight;
    });
  });
  return { inputIds, supervisedRows, rowOfPosition, labels, labelWeights, segments, positions };
}

function placeRows(rows: readonly TokenizedRow[], shape: BatchShape): readonly PlacedRow[] {
  if (shape.isPacked) return packRows(rows, shape)[0] ?? [];
  return rows.map((row, b) => ({ row, start: b * shape.sequenceLength }));
}

/**
 * Divides rows into microbatches of the longest shape: as many at a time as it has lines, or as share them. Fewer where a step
 * has the same row twice, from the end of one pass over the rows and the beginning of the next, and more supervised tokens
 * than the shape.
 */
export function inMicrobatches(
  rows: readonly TokenizedRow[],
  shape: BatchShape,
): (readonly TokenizedRow[])[] {
  if (shape.isPacked) return packRows(rows, shape).map((placed) => placed.map(({ row }) => row));
  const microbatches: TokenizedRow[][] = [];
  for (const row of rows) {
    const last = microbatches.at(-1);
    if (last && fits([...last, row], shape)) last.push(row);
    else microbatches.push([row]);
  }
  return microbatches;
}

/** The first (smallest) shape that holds the rows. Throws naming what is too long. */
export function chooseShape<S extends BatchShape>(rows: readonly TokenizedRow[], shapes: readonly S[]): S {
  const shape = shapes.find((candidate) => fits(rows, candidate));
  if (!shape) throw new Error(describeMisfit(rows, shapes));
  return shape;
}

/** Whether rows may be laid out as one microbatch of a shape. */
export function fits(rows: readonly TokenizedRow[], shape: BatchShape): boolean {
  const isShort = longest(rows) <= shape.sequenceLength && totalSupervised(rows) <= shape.maxSupervised;
  if (shape.isPacked) return isShort && packRows(rows, shape).length <= 1;
  return isShort && rows.length <= shape.batchSize;
}

function describeMisfit(rows: readonly TokenizedRow[], shapes: readonly BatchShape[]): string {
  const have = `${rows.length} rows of up to ${longest(rows)} tokens, ${totalSupervised(rows)} of them supervised,`;
  const room = shapes.map((s) => `${s.batchSize} × ${s.sequenceLength} with ${s.maxSupervised}`).join('; ');
  return `A batch of ${have} does not fit the compiled shapes (${room}); compile a larger one or shorten the rows.`;
}

const longest = (rows: readonly TokenizedRow[]): number =>
  rows.reduce((length, row) => Math.max(length, row.ids.length), 0);

/** Rows that fit `maxLength`, and what became of the others. */
export interface FittedRows {
  readonly rows: readonly TokenizedRow[];
  /** Rows that were cut to `maxLength`. */
  readonly truncated: number;
  /** Rows left out: too long, or nothing to learn within `maxLength`. */
  readonly dropped: number;
}

/** Cuts over-long rows to `maxLength` tokens (`'truncate'`) or leaves them out (`'drop'`). */
export function fitRows(
  rows: readonly TokenizedRow[],
  maxLength: number,
  overlong: 'truncate' | 'drop' = 'truncate',
): FittedRows {
  const fitted: TokenizedRow[] = [];
  let truncated = 0;
  for (const row of rows) {
    const isLong = row.ids.length > maxLength;
    const kept = isLong && overlong === 'drop' ? null : truncateRow(row, maxLength);
    if (!kept || countSupervised(kept) === 0) continue;
    fitted.push(kept);
    if (isLong) truncated++;
  }
  return { rows: fitted, truncated, dropped: rows.length - fitted.length };
}

/**
 * Shapes to compile for `rows`: one for the length that three quarters of them need, so that short batches are not
 * padded to the longest, and one for the longest (only that one where they lie close); lengths in steps of 16 tokens.
 * Each has room for the supervised tokens of the worst batch that it may get. Ascending; rows are cut at `maxLength`.
 */
export function planShapes(
  rows: readonly TokenizedRow[],
  batchSize: number,
  maxLength: number,
): BatchShape[] {
  const fitted = fitRows(rows, maxLength).rows;
  const lengths = fitted.map(({ ids }) => ids.length).sort((a, b) => a - b);
  const inSteps = (length = 1) => Math.min(roundUp(length, 16), maxLength);
  const top = inSteps(lengths.at(-1));
  const usual = inSteps(lengths[Math.floor(lengths.length * 0.75)]);
  return (usual * 1.5 <= top ? [usual, top] : [top]).map((sequenceLength) => ({
    batchSize,
    sequenceLength,
    maxSupervised: worstSupervised(fitted, sequenceLength, batchSize),
  }));
}

/** Supervised tokens of the B rows that have most, among those that fit; a row may occur twice where data wraps. */
function worstSupervised(rows: readonly TokenizedRow[], sequenceLength: number, batchSize: number): number {
  const counts = rows.filter((row) => row.ids.length <= sequenceLength).map(countSupervised);
  const most = counts.sort((a, b) => b - a).slice(0, batchSize);
  const repeated = Array.from({ length: batchSize }, (_, i) => most[i % Math.max(1, most.length)] ?? 1);
  return roundUp(
    repeated.reduce((sum, count) => sum + count, 0),
    8,
  );
}

const roundUp = (n: number, multiple: number): number => Math.max(1, Math.ceil(n / multiple)) * multiple;
