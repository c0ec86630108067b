import type { ConversationMessage, TrainingRow } from './rows.ts';
import { tokenizedRow, type TokenizedRow } from './tokenizedRow.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Token ids of a training row with the tokens that the loss counts.
 *
 * Prompt and completion are tokenized apart and joined (BOS and the like only where the tokenizer adds them to the
 * prompt), then the end token; the loss counts the completion and its end token. A conversation goes through the
 * model's own template; the loss counts the assistant's turns, each with the token that ends it.
 * @throws when a conversation has no assistant turn, or the template renders one where it cannot be found again.
 */
export function tokenizeRow(row: TrainingRow, tokenizer: Tokenizer): TokenizedRow {
  return 'messages' in row
    ? tokenizeConversation(row.messages, tokenizer)
    : tokenizeCompletion(row.prompt, row.completion, tokenizer);
}

/** `prompt` + `completion` + end token; the loss counts the latter two. */
export function tokenizeCompletion(prompt: string, completion: string, tokenizer: Tokenizer): TokenizedRow {
  const promptIds = promptIdsOf(prompt, tokenizer);
  const completionIds = [...tokenizer.encode(completion, false), tokenizer.eosTokenId];
  const supervised = [...promptIds.map(() => false), ...completionIds.map(() => true)];
  return tokenizedRow([...promptIds, ...completionIds], supervised);
}

/** Ids of a text to be continued: with the tokenizer's special tokens, but never with an end token behind it. */
export function promptIdsOf(prompt: string, tokenizer: Tokenizer): number[] {
  const ids = tokenizer.encode(prompt, true);
  return ids.at(-1) === tokenizer.eosTokenId && ids.length > 1 ? ids.slice(0, -1) : ids;
}

function tokenizeConversation(messages: readonly ConversationMessage[], tokenizer: Tokenizer): TokenizedRow {
  const ids = tokenizer.applyChatTemplate(messages, false);
  const supervised = ids.map(() => false);
  messages.forEach((message, turn) => {
    if (message.role !== 'assistant') return;
    const [start, end] = answerRange(ids, messages, turn, tokenizer);
    supervised.fill(true, start, end);
  });
  if (!supervised.includes(true)) {
    throw new Error(`A conversation of ${messages.length} messages has no assistant turn to learn from.`);
  }
  return tokenizedRow(ids, supervised);
}

/**
 * Where the assistant's turn lies in `ids`: after the template's generation prompt, through its end token.
 * A template may render a turn differently once a later one follows (Qwen3 drops old reasoning), so nothing is
 * assumed but that the conversation up to the answer is a beginning of the whole.
 */
function answerRange(
  ids: readonly number[],
  messages: readonly ConversationMessage[],
  turn: number,
  tokenizer: Tokenizer,
): [number, number] {
  const history = messages.slice(0, turn);
  const start = commonPrefix(ids, tokenizer.applyChatTemplate(history, true));
  const before = turn === 0 ? [] : tokenizer.applyChatTemplate(history, false);
  const isFound = commonPrefix(ids, before) === before.length;
  const through = commonPrefix(ids, tokenizer.applyChatTemplate(messages.slice(0, turn + 1), false));
  const closed = 1 + ids.findIndex((id, i) => i >= start && tokenizer.endTokenIds.includes(id));
  const ends = [closed, through].filter((end) => end > start);
  if (!isFound || ends.length === 0) {
    throw new Error(
      `The chat template renders message ${turn + 1} of ${messages.length} (assistant) so that it cannot be found in the whole conversation; use a prompt and completion instead.`,
    );
  }
  return [start, Math.min(...ends)];
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}
