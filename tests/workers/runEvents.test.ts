import { expect, it } from 'vitest';
import { WritingTotals } from '../../src/specialize/writingTotals.ts';
import { withSpeed } from '../../workers/runEvents.ts';

it('progress says how fast the model has written since its phase began', () => {
  const totals = new WritingTotals();
  const phase = { stage: 'instructions', round: 1 } as const;
  const progress = { type: 'progress', phase, done: 1, total: 2 } as const;
  const written = (tokens: number) => ({ tokens, seconds: 1, busyRows: 1, possibleRows: tokens });
  expect(withSpeed(progress, totals)).toEqual(progress);
  totals.note(written(30));
  expect(withSpeed(progress, totals)).toEqual({ ...progress, writing: written(30) });
  const answering = { type: 'phaseStarted', phase: { stage: 'responses', round: 1 } } as const;
  expect(withSpeed(answering, totals)).toEqual(answering);
  expect(withSpeed(progress, totals)).toEqual(progress);
});
