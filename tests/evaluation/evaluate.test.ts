import { describe, expect, it } from 'vitest';
import { majorityBaseline, randomBaseline } from '../../src/evaluation/baselines.ts';
import { evaluate, isInvalidAnswer, scoreAnswers } from '../../src/evaluation/evaluate.ts';
import type { EvaluationItem } from '../../src/evaluation/items.ts';

const item = (task: string, output: string, labels?: string[]): EvaluationItem => ({
  id: `${task}-${output}`,
  task,
  instruction: 'Answer.',
  input: '',
  output,
  ...(labels && { labels }),
});

const yesNo = ['yes', 'no'];
const choices = [item('choice', 'yes', yesNo), item('choice', 'yes', yesNo), item('choice', 'no', yesNo)];

describe('isInvalidAnswer', () => {
  it.each([
    ['', undefined, true],
    [' . ', undefined, true],
    ['anything', undefined, false],
    ['Yes.', yesNo, false],
    ['yes, it does', yesNo, true],
    ['', yesNo, true],
  ])('%j with labels %j: %s', (answer, labels, invalid) => {
    expect(isInvalidAnswer(answer, labels)).toBe(invalid);
  });
});

describe('scoreAnswers', () => {
  it('averages per task, over items and over tasks', () => {
    const items = [...choices, item('open', 'heart failure')];
    const result = scoreAnswers(items, ['yes', 'maybe', ' No. ', 'failure of the heart']);
    expect(result.tasks.map((t) => [t.task, t.count])).toEqual([
      ['choice', 3],
      ['open', 1],
    ]);
    expect(result.tasks[0]).toMatchObject({ exactMatch: 2 / 3, f1: 2 / 3, invalidRate: 1 / 3 });
    expect(result.tasks[1]?.f1).toBeCloseTo(0.8, 12); // precision 2/3 ("failure of heart"), recall 1
    expect(result.overall.exactMatch).toBeCloseTo(0.5, 12);
    expect(result.taskMean.exactMatch).toBeCloseTo(1 / 3, 12);
    expect(result.taskMean.invalidRate).toBeCloseTo(1 / 6, 12);
    expect(result.answers[2]).toMatchObject({ answer: 'No.', isInvalid: false, exactMatch: 1 });
  });

  it('refuses answers that do not line up with the items', () => {
    expect(() => scoreAnswers(choices, ['yes'])).toThrow('3 evaluation items but 1 answers');
  });

  it('scores nothing as zero rather than NaN', () => {
    expect(scoreAnswers([], []).overall).toEqual({
      exactMatch: 0,
      f1: 0,
      rougeL: 0,
      count: 0,
      invalidRate: 0,
    });
  });
});

describe('baselines', () => {
  it('majority always says the commonest answer', () => {
    expect(majorityBaseline(choices).exactMatch).toBeCloseTo(2 / 3, 12);
  });

  it('random expects one in as many as there are labels', () => {
    expect(randomBaseline(choices).exactMatch).toBeCloseTo(1 / 2, 12);
    expect(randomBaseline([item('choice', 'yes', [...yesNo, 'maybe'])]).exactMatch).toBeCloseTo(1 / 3, 12);
  });

  it('random draws from the references where there are no labels', () => {
    const open = [item('open', 'a b'), item('open', 'A B.'), item('open', 'c d')];
    expect(randomBaseline(open).exactMatch).toBeCloseTo(1 / 2, 12);
  });
});

describe('evaluate', () => {
  it('asks in batches, reports progress, and keeps the order', async () => {
    const progress: number[] = [];
    const sizes: number[] = [];
    const result = await evaluate(
      choices,
      async (batch) => {
        sizes.push(batch.length);
        return batch.map((i) => i.output);
      },
      { batchSize: 2, onProgress: (done) => progress.push(done) },
    );
    expect(sizes).toEqual([2, 1]);
    expect(progress).toEqual([2, 3]);
    expect(result.overall.exactMatch).toBe(1);
  });
});
