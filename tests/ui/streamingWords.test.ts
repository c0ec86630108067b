import { expect, it } from 'vitest';
import { describeWayInPieces } from '../../src/ui/start/streamingWords.ts';

const fit = { fit: 'does not fit', totalBytes: 7e9, budgetBytes: 4e9, advice: [] } as const;

it('says in plain words that a model is trained piece by piece, and what that costs', () => {
  const words = describeWayInPieces({ ...fit, streaming: { totalBytes: 3.4e9, bytesReadPerStep: 21e9 } });
  expect(words).toEqual([
    'If this device does not have that much either, the model is trained piece by piece.',
    'That takes about 3.4 GB of memory and gives the same result, but it is slower: each step reads 21 GB of the model from storage.',
    'Chatting with it still loads the model as a whole.',
  ]);
});

it('says nothing of it where training fits as a whole', () => {
  expect(describeWayInPieces(fit)).toEqual([]);
});
