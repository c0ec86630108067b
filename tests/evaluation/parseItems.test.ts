import { describe, expect, it } from 'vitest';
import { parseEvaluationItems } from '../../src/evaluation/parseItems.ts';

describe('parseEvaluationItems', () => {
  it('reads both forms and fills in what may be left out', () => {
    const text =
      '{"instruction":"Is it?","output":"yes","labels":["yes","no"],"task":"t","source":"documents","x":1}\n\n{"prompt":"2+2=","completion":"4"}';
    expect(parseEvaluationItems(text)).toEqual([
      {
        id: 'row-1',
        task: 't',
        instruction: 'Is it?',
        input: '',
        output: 'yes',
        labels: ['yes', 'no'],
        source: 'documents',
      },
      { id: 'row-3', task: 'all', instruction: '2+2=', input: '', output: '4' },
    ]);
  });

  it.each([
    ['', /has no rows/],
    ['{"a"', /^Row 1 is not JSON/],
    ['\n3', /^Row 2 is 3; write one JSON object/],
    ['{"instruction":"Why?"}', /^Row 1: "output" is missing/],
    ['{"prompt":"Why?","completion":4}', /^Row 1: "completion" is 4/],
    ['{"instruction":"Why?","output":"a","labels":"a"}', /^Row 1: "labels" is "a"/],
    ['{"instruction":"Why?","output":"a","task":7}', /^Row 1: "task" is 7/],
  ])('names row and field: %s', (text, message) => {
    expect(() => parseEvaluationItems(text)).toThrow(message);
  });
});
