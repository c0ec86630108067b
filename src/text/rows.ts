import { isJsonObject, shown } from '../jsonValue.ts';

/** Training data as people have it: one JSON object per line, in any of the three common forms. */

export interface ConversationMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Either text with its continuation, or a conversation whose last message is the assistant's. */
export type TrainingRow =
  | { readonly prompt: string; readonly completion: string }
  | { readonly messages: readonly ConversationMessage[] };

/** Training data that cannot be used. The message names the row and the field. */
export class RowFormatError extends Error {
  override readonly name = 'RowFormatError';
}

/**
 * Reads JSONL rows `{"prompt","completion"}`, `{"messages":[{role,content},…]}` or Alpaca
 * `{"instruction","input"?,"output","system"?}`; the forms may be mixed, further columns are ignored, blank lines skipped.
 * An Alpaca row becomes a conversation: the instruction and, after a blank line, its input.
 * @throws RowFormatError in one sentence that names the row (its line, from 1) and the field.
 */
export function parseTrainingRows(text: string): TrainingRow[] {
  return parseLines(text, parseRow);
}

/**
 * The prompts of the same forms, for which the answers may be missing: text to be continued as it stands, or a conversation
 * that the assistant is to answer, without the answer that the row itself holds.
 * @throws RowFormatError in one sentence that names the row (its line, from 1) and the field.
 */
export function parsePromptRows(text: string): (string | readonly ConversationMessage[])[] {
  return parseLines(text, (line, row) => {
    const value = parseObject(line, row);
    if ('prompt' in value) return textField(value, 'prompt', row);
    if ('messages' in value) return withoutLastAnswer(messageList(value.messages, row));
    if ('instruction' in value) return alpacaQuestion(value, row);
    throw new RowFormatError(
      `Row ${row} has the fields ${fieldNames(value)}; give it "prompt", "messages" or "instruction".`,
    );
  });
}

const withoutLastAnswer = (messages: readonly ConversationMessage[]) =>
  messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages;

function parseLines<T>(text: string, parse: (line: string, row: number) => T): T[] {
  const rows = text.split(/\r?\n/).flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, i + 1)]));
  if (rows.length === 0) throw new RowFormatError('The data has no rows; write one JSON object per line.');
  return rows;
}

function parseRow(line: string, row: number): TrainingRow {
  const value = parseObject(line, row);
  if ('messages' in value) return { messages: parseMessages(value.messages, row) };
  if ('prompt' in value || 'completion' in value) {
    return { prompt: textField(value, 'prompt', row), completion: textField(value, 'completion', row) };
  }
  if ('instruction' in value || 'output' in value) return parseAlpaca(value, row);
  throw new RowFormatError(
    `Row ${row} has the fields ${fieldNames(value)}; give it "prompt" and "completion", "messages", or "instruction" and "output".`,
  );
}

function parseObject(line: string, row: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new RowFormatError(`Row ${row} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (isJsonObject(value)) return value;
  throw new RowFormatError(`Row ${row} is ${describe(value)}; write one JSON object per line.`);
}

function parseAlpaca(value: Record<string, unknown>, row: number): TrainingRow {
  const question = alpacaQuestion(value, row);
  return { messages: [...question, { role: 'assistant', content: textField(value, 'output', row) }] };
}

function alpacaQuestion(value: Record<string, unknown>, row: number): ConversationMessage[] {
  const instruction = textField(value, 'instruction', row);
  const input = value.input === undefined || value.input === null ? '' : textField(value, 'input', row);
  const system = value.system ? [{ role: 'system', content: textField(value, 'system', row) } as const] : [];
  const content = input.trim() === '' ? instruction : `${instruction}\n\n${input}`;
  return [...system, { role: 'user', content }];
}

function messageList(value: unknown, row: number): ConversationMessage[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RowFormatError(
      `Row ${row}: "messages" is ${describe(value)}; give a list of {"role","content"}.`,
    );
  }
  return value.map((message: unknown, i) => parseMessage(message, i + 1, row));
}

function parseMessages(value: unknown, row: number): ConversationMessage[] {
  const messages = messageList(value, row);
  const last = messages[messages.length - 1];
  if (last?.role !== 'assistant') {
    throw new RowFormatError(
      `Row ${row}: the last of "messages" is the ${last?.role}'s; end with the assistant's answer.`,
    );
  }
  return messages;
}

function parseMessage(value: unknown, position: number, row: number): ConversationMessage {
  const { role, content } = (value ?? {}) as Record<string, unknown>;
  if (role !== 'system' && role !== 'user' && role !== 'assistant') {
    throw new RowFormatError(
      `Row ${row}: "role" of message ${position} is ${describe(role)}; use "system", "user" or "assistant".`,
    );
  }
  if (typeof content !== 'string') {
    throw new RowFormatError(
      `Row ${row}: "content" of message ${position} is ${describe(content)}; give text.`,
    );
  }
  return { role, content };
}

function textField(value: Record<string, unknown>, field: string, row: number): string {
  const text = value[field];
  if (typeof text !== 'string')
    throw new RowFormatError(`Row ${row}: "${field}" is ${describe(text)}; give text.`);
  return text;
}

function fieldNames(value: Record<string, unknown>): string {
  return (
    Object.keys(value)
      .map((name) => `"${name}"`)
      .join(', ') || '(none)'
  );
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  return typeof value === 'object' ? shown(value) : `the ${typeof value} ${shown(value)}`;
}
