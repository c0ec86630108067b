import { describe, expect, it } from 'vitest';
import { labelsFor } from '../../src/specialize/labels.ts';
import type { SeedTask } from '../../src/specialize/tasks.ts';

const seed = (id: string, ...labels: string[]): SeedTask => ({
  ...{ id, instruction: 'Is it so?', input: '', output: labels[0] ?? 'A word' },
  ...(labels.length > 0 && { labels }),
});
const seeds = [
  seed('a', 'yes', 'no'),
  seed('b'),
  seed('c', 'positive', 'negative', 'neutral'),
  seed('d', 'low risk', 'high risk'),
];
const labels = (instruction: string, input = '') => labelsFor({ instruction, input }, seeds);

describe('the labels of a task', () => {
  it.each([
    ['Is insulin a hormone? Answer yes or no.', ['yes', 'no']],
    ['Answer with "Yes" or "No": is Nike a bank?', ['yes', 'no']],
    ['Say whether it is low risk or high risk.', ['low risk', 'high risk']],
    ['Classify as positive, negative, or neutral.', ['positive', 'negative', 'neutral']],
  ])('are those of a seed that it names: %s', (instruction, expected) => {
    expect(labels(instruction)).toEqual(expected);
  });

  it('may be named by the input', () => {
    expect(labels('Choose one.', 'Options: yes, no')).toEqual(['yes', 'no']);
  });

  it.each([
    ['Is insulin a hormone?'],
    ['Say yes if it is one.'],
    ['Is there nothing that says yesterday?'], // no words of their own
    ['Is the risk low or high?'],
    ['Classify as positive or negative.'],
  ])('are unknown where not all of them are named: %s', (instruction) => {
    expect(labels(instruction)).toBeNull();
  });

  it('are the larger set where two are named', () => {
    expect(labels('Is it positive, negative or neutral, yes or no?')).toHaveLength(3);
  });

  it('are no set with a single label', () => {
    expect(labelsFor({ instruction: 'Say yes.', input: '' }, [seed('a', 'yes')])).toBeNull();
  });
});
