import { totalSupervised } from './batches.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { crc32 } from './checkpoint.ts';
import { DataOrder } from './dataOrder.ts';

/** The rows of one optimizer step, to be divided into microbatches. */
export interface StepData {
  /** By length, so that rows of similar length share a microbatch. */
  readonly rows: readonly TokenizedRow[];
  /** What each supervised token counts, so that the step's loss is the mean over all of them. */
  readonly weight: number;
  /** Tokens without padding. */
  readonly tokens: number;
}

/** Which rows each step trains on: a function of the step's number, so that resuming needs no cursor. */
export class TrainingData {
  readonly rows: readonly TokenizedRow[];
  readonly rowsPerStep: number;
  readonly #order: DataOrder;

  /** `seed` null keeps file order. */
  constructor(rows: readonly TokenizedRow[], rowsPerStep: number, seed: number | null) {
    this.rows = rows;
    this.rowsPerStep = rowsPerStep;
    this.#order = new DataOrder(rows.length, seed);
  }

  /** Data of the step with the given number, counted from 1. */
  step(number: number): StepData {
    const indices = this.#order.take((number - 1) * this.rowsPerStep, this.rowsPerStep);
    // Short rows then need not be padded to the longest of the step; the step's loss and gradient are sums over its
    // rows, whichever microbatch they are in.
    const rows = indices.map((index) => this.rows[index]!).sort((a, b) => a.ids.length - b.ids.length);
    return {
      rows,
      weight: 1 / totalSupervised(rows),
      tokens: rows.reduce((sum, row) => sum + row.ids.length, 0),
    };
  }

  /** Tells one set of rows from another, so that a checkpoint is not continued on different data. */
  fingerprint(): number {
    return this.rows.reduce((crc, { ids, supervised }) => {
      const words = Int32Array.from(ids, (id, i) => id * 2 + Number(supervised[i]));
      return crc32(new Uint8Array(words.buffer), crc);
    }, 0);
  }
}
