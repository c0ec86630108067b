import type { TokenizedRow } from '../../src/text/tokenizedRow.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { learningRateAt } from '../../src/training/schedule.ts';
import type { ByteLevelBpe } from './byteLevelBpe.ts';
import { corpusStyles, type CorpusStyle } from './corpus.ts';
import { recipe } from './modelShape.ts';
import { packedSequences } from './sequences.ts';

export const totalSteps = recipe.stages.reduce((sum, { steps }) => sum + steps, 0);

/** What a step of the recipe, counted from 1, is trained with. */
export function settingsOf(step: number): { readonly learningRate: number; readonly isRounded: boolean } {
  let before = 0;
  for (const stage of recipe.stages) {
    const within = step - before;
    if (within <= stage.steps) {
      const schedule = { ...stage, schedule: 'cosine', totalSteps: stage.steps } as const;
      const isRounded = within > stage.steps - stage.roundedSteps;
      return { learningRate: learningRateAt(within - 1, schedule), isRounded };
    }
    before += stage.steps;
  }
  throw new Error(`The recipe has ${totalSteps} steps, and no step ${step}.`);
}

/** The rows of the run from step `done` + 1 on, stage after stage, each from a corpus with a seed of its own. */
export function* rowsAfter(done: number, bpe: ByteLevelBpe): Generator<TokenizedRow, never> {
  let before = 0;
  for (const [i, { corpus, steps }] of recipe.stages.entries()) {
    const rows = corpusRows(recipe.seed + i, bpe, corpusStyles[corpus]);
    const skipped = Math.min(Math.max(done - before, 0), steps);
    if (skipped < steps) take(rows, skipped * recipe.batchSize); // what a stopped run has seen
    for (let step = skipped; step < steps; step++) yield* take(rows, recipe.batchSize);
    before += steps;
  }
  throw new Error(`The recipe has ${totalSteps} steps.`);
}

/** Packed sequences of a corpus as rows. */
export function* corpusRows(
  seed: number,
  bpe: ByteLevelBpe,
  style: CorpusStyle,
): Generator<TokenizedRow, never> {
  for (const { ids, learned } of packedSequences(seed, bpe, recipe.sequenceLength, style))
    yield tokenizedRow(ids, learned);
  throw new Error('The corpus ended.');
}

export function take(rows: Iterator<TokenizedRow, never>, count: number): TokenizedRow[] {
  return Array.from({ length: count }, () => rows.next().value);
}
