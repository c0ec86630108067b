import { describe, expect, it } from 'vitest';
import { changeOf, orderRows, pairAnswers, verdictOfChange } from '../../src/ui/compare/rowVerdict.ts';
import { replayRun } from '../../src/ui/store/runState.ts';
import type { ReportRow } from '../../src/workerApi/runEvent.ts';
import { exampleDomain, recordedRun } from './support/recordedRun.ts';

const { report, evaluations } = replayRun([...recordedRun(exampleDomain('biomedicine'))]);

/** A row of the recorded report with another score of the specialist. */
function rowWith(name: string, f1: number): ReportRow {
  const { overall } = report!.heldOut;
  const score = (value: number) => ({ ...overall.models.base!, f1: value });
  return { ...overall, name, models: { base: score(0.5), specialized: score(f1) } };
}

describe('a row of the table', () => {
  it.each([
    [0.2, 'better'],
    [0.006, 'better'],
    [0.004, 'same'],
    [0, 'same'],
    [-0.004, 'same'],
    [-0.3, 'worse'],
  ])('that changed by %d is %s', (change, verdict) => {
    expect(verdictOfChange(change)).toBe(verdict);
  });

  it('stands where the order has it: what got worse first, or last, or as given', () => {
    const rows = [rowWith('a', 0.6), rowWith('b', 0.1), rowWith('c', 0.5)];
    const names = (order: 'given' | 'worstFirst' | 'bestFirst') =>
      orderRows(rows, order).map(({ name }) => name);
    expect(rows.map((row) => verdictOfChange(changeOf(row)))).toEqual(['better', 'worse', 'same']);
    expect(names('given')).toEqual(['a', 'b', 'c']);
    expect(names('worstFirst')).toEqual(['b', 'c', 'a']);
    expect(names('bestFirst')).toEqual(['a', 'c', 'b']);
  });
});

describe('the answers', () => {
  it('are told apart by what became of them', () => {
    const items = pairAnswers(evaluations);
    expect(items.map(({ verdict }) => verdict)).toEqual([
      ...['better', 'better', 'better', 'same'],
      ...['better', 'better', 'better', 'better'],
    ]);
    const turned = pairAnswers({ base: evaluations.specialized!, specialized: evaluations.base! });
    expect(turned.filter(({ verdict }) => verdict === 'worse')).toHaveLength(7);
  });
});
