import { describe, expect, it } from 'vitest';
import { planBatches } from '../../src/generation/planBatches.ts';

const prompts = (...lengths: number[]) =>
  lengths.map((length, index) => ({ index, ids: new Array<number>(length).fill(0) }));
const plan = (lengths: number[], limits: Partial<Parameters<typeof planBatches>[1]> = {}) =>
  planBatches(prompts(...lengths), { batchSize: 2, maxNewTokens: 4, contextLength: 20, ...limits }).map(
    (batch) => [batch.map(({ index }) => index), batch[0]!.room],
  );

describe('batches', () => {
  it('hold prompts of similar length', () =>
    expect(plan([9, 1, 8, 2, 5])).toEqual([
      [[1, 3], 4],
      [[4, 2], 4],
      [[0], 4],
    ]));

  it('keep the order of equal lengths', () => expect(plan([3, 3, 3])).toEqual([[[0, 1], 4], [[2], 4]])); // prettier-ignore

  it('give a prompt with little room a batch of its own', () =>
    expect(plan([18, 1, 16])).toEqual([
      [[1, 2], 4],
      [[0], 2],
    ]));

  it('cost a prompt with little room at most a quarter of it', () =>
    // Rooms of 12, 10 and 8 with 16 wanted: 10 is more than three quarters of 12, 8 is less.
    expect(plan([88, 90, 92], { maxNewTokens: 16, contextLength: 100, batchSize: 3 })).toEqual([
      [[0, 1], 10],
      [[2], 8],
    ]));

  it('never cost a prompt with enough room anything', () =>
    expect(plan([84, 85], { maxNewTokens: 16, contextLength: 100 })).toEqual([
      [[0], 16],
      [[1], 15],
    ]));

  it('need no context length', () => expect(plan([500], { contextLength: Infinity })).toEqual([[[0], 4]]));

  it('are none for no prompts', () => expect(plan([])).toEqual([]));

  it('refuse a prompt without any room', () =>
    expect(() => plan([1, 20])).toThrow(
      "Prompt 2 has 20 tokens, which fills the model's context of 20; shorten it.",
    ));
});
