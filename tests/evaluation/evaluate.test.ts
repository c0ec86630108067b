import { describe, expect, it } from 'vitest';
import { majorityBaseline, randomBaseline } from '../../src/evaluation/baselines.ts';
import { isInvalidAnswer, scoreAnswers } from '../../src/evaluation/evaluate.ts';
import type { EvaluationItem } from '../../src/evaluation/items.ts';
import { likeliestLabel } from '../../src/evaluation/likelihoods.ts';

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

describe('macro-F1 over labels', () => {
  it('is the mean of the labels, worked out by hand', () => {
    // yes: 1 right, given twice, right twice → 2·1/4; no: 0 right, given once, right once → 0
    expect(scoreAnswers(choices, ['yes', 'no', 'yes']).tasks[0]?.labelF1).toBeCloseTo(0.25, 12);
    expect(scoreAnswers(choices, ['yes', 'Yes.', 'no']).tasks[0]?.labelF1).toBe(1);
  });

  it('counts a rare label as much as a frequent one, other than exact match', () => {
    const items = [...Array.from({ length: 9 }, () => item('rare', 'no', yesNo)), item('rare', 'yes', yesNo)];
    const always = scoreAnswers(
      items,
      items.map(() => 'no'),
    ).tasks[0];
    expect(always?.exactMatch).toBeCloseTo(0.9, 12);
    expect(always?.labelF1).toBeCloseTo(9 / 19, 12); // no: 2·9/(10 + 9); yes: 0
  });

  it('takes an answer outside the labels for a miss and for no label of its own', () => {
    // yes: 2·1/(1 + 2); no: 1
    expect(scoreAnswers(choices, ['yes', 'perhaps', 'no']).tasks[0]?.labelF1).toBeCloseTo(
      (2 / 3 + 1) / 2,
      12,
    );
  });

  it('leaves labels out that were neither given nor right', () => {
    const three = [item('choice', 'yes', [...yesNo, 'unknown'])];
    expect(scoreAnswers(three, ['yes']).tasks[0]?.labelF1).toBe(1);
  });

  it('is there for one task with labels only', () => {
    const mixed = scoreAnswers([...choices, item('open', 'a')], ['yes', 'yes', 'no', 'a']);
    expect(mixed.tasks.map(({ labelF1 }) => labelF1)).toEqual([1, undefined]);
    expect(mixed.overall.labelF1).toBeUndefined();
    expect(
      scoreAnswers([...choices, item('other', 'b', ['a', 'b'])], ['yes', 'yes', 'no', 'b']).overall.labelF1,
    ).toBeUndefined();
  });
});

describe('likelihoods', () => {
  const label = (label: string, logLikelihood: number, tokens: number) => ({ label, logLikelihood, tokens });
  const short = [label('no', -1, 1), label('very likely so', -2, 4)];

  it('choose the likeliest label, by its tokens or by their sum', () => {
    expect(likeliestLabel(short, 'perToken')).toBe('very likely so');
    expect(likeliestLabel(short, 'total')).toBe('no');
    expect(likeliestLabel([label('a', -1, 1), label('b', -1, 1)], 'perToken')).toBe('a');
    expect(likeliestLabel([], 'total')).toBe('');
  });

  it('are scored beside the answers, over the items that have labels', () => {
    const items = [
      item('choice', 'very likely so', ['no', 'very likely so']),
      item('choice', 'no', ['no', 'very likely so']),
      item('open', 'a'),
    ];
    const { tasks, overall } = scoreAnswers(items, ['', '', 'a'], [{ labels: short }, { labels: short }, {}]);
    // always "very likely so": right once in two; its F1 2·1/(2 + 1), that of "no" 0
    expect(tasks[0]?.likeliest).toEqual({ count: 2, accuracy: 0.5, accuracyByTotal: 0.5, labelF1: 1 / 3 });
    expect(overall.likeliest).toMatchObject({ count: 2, accuracy: 0.5 });
    expect(tasks[1]?.likeliest).toBeUndefined();
    expect(tasks[0]?.invalidRate).toBe(1);
  });

  it('give the loss per token of the right answers, not per answer', () => {
    const reference = (logLikelihood: number, tokens: number) => ({ reference: { logLikelihood, tokens } });
    const items = [item('open', 'a'), item('open', 'b')];
    const { overall, answers } = scoreAnswers(items, ['a', 'b'], [reference(-6, 2), reference(-1, 5)]);
    expect(overall.loss).toBeCloseTo(1, 12);
    expect(answers[0]?.likelihoods).toEqual(reference(-6, 2));
    expect(scoreAnswers(items, ['a', 'b']).overall).not.toHaveProperty('loss');
  });
});
