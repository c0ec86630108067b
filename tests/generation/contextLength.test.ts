import { expect, it } from 'vitest';
import { contextLength } from '../../src/generation/causalLanguageModel.ts';

it('is what the configuration calls it, of a text model inside another, too', () => {
  expect(contextLength({ max_position_embeddings: 8192 })).toBe(8192);
  expect(contextLength({ model_type: 'gpt2', n_positions: 1024 })).toBe(1024);
  expect(contextLength({ text_config: { max_position_embeddings: 4096 } })).toBe(4096);
  expect(contextLength({})).toBe(Infinity);
});
