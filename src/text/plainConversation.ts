import type { ChatTurn, Tokenizer } from './tokenizer.ts';

const headings: Readonly<Record<string, string>> = {
  system: '',
  user: '### Instruction:\n',
  assistant: '### Response:\n',
};

/**
 * Token ids of a conversation for models without a chat template, in the layout that Alpaca (Stanford, 2023) made
 * common: headed paragraphs, each answer closed by the end token. Pieces are tokenized apart, so that a
 * conversation's ids begin with the ids of its first turns.
 */
export function plainConversation(
  turns: readonly ChatTurn[],
  addGenerationPrompt: boolean,
  tokenizer: Pick<Tokenizer, 'encode' | 'eosTokenId'>,
): number[] {
  const pieces = turns.flatMap(({ role, content }) => {
    const heading = tokenizer.encode(headings[role] ?? `### ${role}:\n`, false);
    if (role !== 'assistant') return [...heading, ...tokenizer.encode(`${content}\n\n`, false)];
    return [...heading, ...tokenizer.encode(content, false), tokenizer.eosTokenId];
  });
  const start = tokenizer.encode('', true).filter((id) => id !== tokenizer.eosTokenId);
  const ending = addGenerationPrompt ? tokenizer.encode(headings.assistant ?? '', false) : [];
  return [...start, ...pieces, ...ending];
}
