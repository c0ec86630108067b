import { describe, expect, it } from 'vitest';
import { viewTokens } from '../../src/text/tokenView.ts';
import { countSupervised, tokenizedRow, truncateRow } from '../../src/text/tokenizedRow.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { wordTokenizer } from '../support/wordTokenizer.ts';

const row = tokenizedRow([7, 8, 9, 10], [false, false, true, true]);

describe('a tokenized row', () => {
  it('knows where its completion starts', () => expect(row.completionStart).toBe(2));

  it('counts supervised tokens', () => expect(countSupervised(row)).toBe(2));

  it('never counts the first token, which nothing predicts', () =>
    expect(countSupervised(tokenizedRow([7, 8], [true, true]))).toBe(1));

  it('must teach something', () =>
    expect(() => tokenizedRow([7], [false])).toThrow('A row of 1 tokens has no supervised token.'));

  it('is cut to a length', () => expect(truncateRow(row, 3)?.ids).toEqual([7, 8, 9]));

  it('is kept whole where it fits', () => expect(truncateRow(row, 4)).toBe(row));

  it('is dropped when only its prompt would be left', () => expect(truncateRow(row, 2)).toBeNull());
});

describe('the token view', () => {
  it('shows each token with its text and whether it counts', () => {
    const tokenizer = wordTokenizer();
    const ids = tokenizer.encode('a b', false);
    expect(viewTokens(tokenizedRow(ids, [false, true, true]), tokenizer)).toEqual([
      { id: 7, text: 'a', supervised: false },
      { id: 8, text: ' ', supervised: true },
      { id: 9, text: 'b', supervised: true },
    ]);
  });

  it('shows a character of several tokens at the last of them', () => {
    const bytes = new TextEncoder().encode('é!');
    const tokenizer: Tokenizer = {
      ...wordTokenizer(),
      decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
    };
    const viewed = viewTokens(tokenizedRow([...bytes], [true, true, true]), tokenizer);
    expect(viewed.map(({ text }) => text)).toEqual(['', 'é', '!']);
  });
});
