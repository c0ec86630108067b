import type { Tokenizer } from '../../src/text/tokenizer.ts';

/** A tokenizer for random models: text is token numbers with spaces between, 1 ends, 2 pads. */
export function numberTokenizer(endTokenIds: readonly number[] = [1]): Tokenizer {
  const encode = (text: string) => text.split(' ').filter(Boolean).map(Number);
  return {
    encode,
    decode: (ids) => ids.map((id) => ` ${id}`).join(''),
    hasChatTemplate: true,
    applyChatTemplate: (turns, open) => [
      ...turns.flatMap(({ content }) => [3, ...encode(content)]),
      ...(open ? [4] : []),
    ],
    bosTokenId: null,
    eosTokenId: endTokenIds[0] ?? 1,
    endTokenIds,
    padTokenId: 2,
  };
}
