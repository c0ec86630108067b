import { isJsonObject } from '../jsonValue.ts';

/** A question with its answer, taken from a conversation. */
export interface Exchange {
  readonly instruction: string;
  readonly output: string;
  /** There was a system text or a later turn, which is not part of it. */
  readonly isShortened: boolean;
}

interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

const roles: Readonly<Record<string, Turn['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bot: 'assistant',
  model: 'assistant',
};

/**
 * The first question of a conversation and its answer: later turns cannot be understood alone. Takes turns as
 * `{role, content}` (OpenAI, ChatML) or `{from, value}` (ShareGPT); returns what is wrong where there is none.
 */
export function firstExchange(messages: unknown): Exchange | string {
  if (!Array.isArray(messages) || messages.length === 0) return 'has a conversation without turns';
  const turns: Turn[] = [];
  for (const [i, message] of messages.entries()) {
    const turn = readTurn(message);
    if (typeof turn === 'string') return `has a turn ${i + 1} ${turn}`;
    turns.push(turn);
  }
  const at = turns.findIndex(({ role }) => role === 'user');
  const [question, answer] = [turns[at], turns[at + 1]];
  if (!question) return 'has no turn of the user';
  if (answer?.role !== 'assistant') return 'has no answer of the assistant to the first question';
  return { instruction: question.content, output: answer.content, isShortened: turns.length > 2 };
}

function readTurn(message: unknown): Turn | string {
  if (!isJsonObject(message)) return 'that is no object';
  const named = message.role ?? message.from;
  const content = message.content ?? message.value;
  const name = typeof named === 'string' ? named.toLowerCase() : '';
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (role === undefined) return `of an unknown role ("${name.slice(0, 20)}")`;
  const text = typeof content === 'string' ? content : textParts(content);
  return text === undefined ? 'without text' : { role, content: text };
}

/** Content as a list of parts, all of them text. */
function textParts(content: unknown): string | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const texts = content.map((part: unknown) =>
    isJsonObject(part) && part.type === 'text' ? part.text : null,
  );
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined;
}

/** The turns of a text in ChatML: `<|im_start|>user\n…<|im_end|>`. */
export function chatMlTurns(text: string): object[] {
  const turns = text.matchAll(/<\|im_start\|>\s*(\w+)\s*\n([\s\S]*?)(?:<\|im_end\|>|$(?![\s\S]))/g);
  return [...turns].map(([, role, content]) => ({ role, content }));
}
