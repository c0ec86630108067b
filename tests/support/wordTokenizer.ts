import type { ChatTurn, Tokenizer } from '../../src/text/tokenizer.ts';

const special = ['<bos>', '<eos>', '<pad>', '<|user|>', '<|assistant|>', '<|system|>', '<|end|>'];

export interface WordTokenizerOptions {
  readonly addBos?: boolean;
  readonly addEos?: boolean;
  /** Replaces the template; gets the turns and whether to open the assistant's. */
  readonly template?: (turns: readonly ChatTurn[], addGenerationPrompt: boolean) => string;
}

/** `<|role|>content<|end|>` and a line break per turn, as ChatML-like templates write them. */
export function chatTemplate(turns: readonly ChatTurn[], addGenerationPrompt: boolean): string {
  const rendered = turns.map(({ role, content }) => `<|${role}|>${content}<|end|>\n`).join('');
  return `<bos>${rendered}${addGenerationPrompt ? '<|assistant|>' : ''}`;
}

/** A tokenizer for tests: special tokens, words and single other characters, numbered as they first occur. */
export function wordTokenizer(options: WordTokenizerOptions = {}): Tokenizer {
  const pieces = [...special];
  const idOf = (piece: string) => (pieces.includes(piece) ? pieces.indexOf(piece) : pieces.push(piece) - 1);
  const split = (text: string) => text.match(/<\|?\w+\|?>|\w+|[^\w]/gu) ?? [];
  const encode = (text: string, addSpecialTokens: boolean) => [
    ...(addSpecialTokens && options.addBos ? [0] : []),
    ...split(text).map(idOf),
    ...(addSpecialTokens && options.addEos ? [1] : []),
  ];
  const template = options.template ?? chatTemplate;
  return {
    encode,
    decode: (ids, keepSpecialTokens = false) =>
      ids
        .filter((id) => keepSpecialTokens || id >= special.length)
        .map((id) => pieces[id] ?? '')
        .join(''),
    hasChatTemplate: true,
    applyChatTemplate: (turns, addGenerationPrompt) => encode(template(turns, addGenerationPrompt), false),
    bosTokenId: 0,
    eosTokenId: 1,
    endTokenIds: [1, 6],
    padTokenId: 2,
  };
}
