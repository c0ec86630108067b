import { packingObstacle } from '../compilePacking.ts';
import type { DecoderModel, Trainable } from '../compileTrainingModel.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { fitRows, planShapes, type BatchShape } from '../training/batches.ts';
import { costOfSteps, planPacking, sampleSteps } from '../training/planPacking.ts';

/** The rows of a run, and how many of them each step takes. */
export interface RunRows {
  readonly rows: readonly TokenizedRow[];
  readonly evaluationRows?: readonly TokenizedRow[];
  /** Longest row in tokens; longer ones are cut. */
  readonly maxLength: number;
  /** Rows per optimizer step. */
  readonly rowsPerStep: number;
  /** Whether steps draw them at random, or in their order. */
  readonly isShuffled: boolean;
}

/** Share of the tokens that sharing lines has to spare. */
const worthIt = 0.1;

/** Shapes for rows that have a line each, so many at a time; ascending by length. */
export function shapesAlone(run: RunRows, batchSize: number): BatchShape[] {
  return planShapes([...run.rows, ...(run.evaluationRows ?? [])], batchSize, run.maxLength);
}

/** The shape for rows that share lines, at most `batchSize` of these at a time. */
export function shapesInLines(run: RunRows, batchSize: number): BatchShape[] {
  const { rows, steps } = stepsOf(run);
  return [planPacking(rows, steps, shapesAlone(run, batchSize).at(-1)!)];
}

/** Whether rows should share lines: where the model's graph allows it, and at least a tenth of the tokens is spared. */
export function isPackingWorthIt(
  run: RunRows,
  batchSize: number,
  model: DecoderModel,
  trainable: Trainable,
): boolean {
  const { steps } = stepsOf(run);
  if (steps.length === 0) return false;
  const packed = shapesInLines(run, batchSize);
  const [before, after] = [shapesAlone(run, batchSize), packed].map((shapes) => costOfSteps(steps, shapes));
  const spared = 1 - after!.tokens / before!.tokens;
  return spared >= worthIt && packingObstacle(model, trainable, packed[0]!.sequenceLength) === null;
}

function stepsOf({ rows, evaluationRows = [], maxLength, rowsPerStep, isShuffled }: RunRows) {
  const trained = fitRows(rows, maxLength).rows;
  const all = [...trained, ...fitRows(evaluationRows, maxLength).rows];
  return { rows: all, steps: sampleSteps(trained, rowsPerStep, isShuffled) };
}
