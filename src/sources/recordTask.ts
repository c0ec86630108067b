import { isJsonObject } from '../jsonValue.ts';
import { chatMlTurns, firstExchange } from './conversation.ts';

/** What one record says, before it is known whether it makes a task. */
export interface RecordTask {
  readonly shape: 'alpaca' | 'messages' | 'completion';
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly labels?: readonly string[];
  readonly task?: string;
  readonly id?: string;
  readonly isTest?: boolean;
  readonly isShortened?: boolean;
}

// Names that columns have, the likeliest first. A name is taken for what is asked before it is taken for a text.
const columns = {
  instruction: ['instruction', 'prompt', 'question', 'query', 'problem', 'instructions'],
  input: ['input', 'context', 'passage', 'document', 'article', 'text', 'sentence'],
  output: ['output', 'completion', 'response', 'answer', 'target', 'label', 'final_decision', 'solution'],
  labels: ['labels', 'choices', 'options'],
  task: ['task', 'category', 'task_type', 'type'],
  id: ['id', 'idx', '_id', 'pmid', 'uid', 'pubid'],
  split: ['split', 'subset', 'partition'],
} as const;

type Column = keyof typeof columns;

/**
 * Reads a record by the names of its fields, whatever their case: a conversation (`messages`, `conversations`, ChatML in
 * `text`) or columns such as instruction, input and output, or prompt and completion.
 * @returns what is wrong with it, going on after "row 3", where it makes no task
 */
export function readRecord(value: unknown): RecordTask | string {
  if (!isJsonObject(value)) return 'is no object';
  const fields = new Map(Object.entries(value).map(([name, field]) => [name.trim().toLowerCase(), field]));
  const shared = sharedFields(fields);
  const turns = turnsOf(fields);
  if (turns === undefined) return readColumns(fields, shared);
  const exchange = firstExchange(turns);
  if (typeof exchange === 'string') return exchange;
  return complete({ shape: 'messages', input: '', ...exchange, ...shared });
}

type Fields = ReadonlyMap<string, unknown>;

function turnsOf(fields: Fields): unknown {
  const prompt = fields.get('prompt');
  const completion = fields.get('completion');
  if (Array.isArray(prompt) && Array.isArray(completion))
    return [...(prompt as unknown[]), ...(completion as unknown[])];
  const text = fields.get('text');
  if (typeof text === 'string' && text.includes('<|im_start|>')) return chatMlTurns(text);
  return fields.get('messages') ?? fields.get('conversations') ?? fields.get('conversation');
}

function find(fields: Fields, column: Column): string | undefined {
  return columns[column].find((name) => textOfValue(fields.get(name)) !== undefined);
}

/** Text, or a number or truth value as text; undefined for what is no text. */
function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
}

const read = (fields: Fields, column: Column): string | undefined => {
  const name = find(fields, column);
  return name === undefined ? undefined : textOfValue(fields.get(name));
};

type Shared = Pick<RecordTask, 'labels' | 'task' | 'id' | 'isTest'>;

function sharedFields(fields: Fields): Shared {
  const labels = columns.labels
    .map((name) => readLabels(fields.get(name)))
    .find((list) => list !== undefined);
  const [task, id, split] = (['task', 'id', 'split'] as const).map((column) => read(fields, column));
  return {
    ...(labels && { labels }),
    ...(task && { task }),
    ...(id && { id }),
    ...(split && /^(test|dev|val)/i.test(split) && { isTest: true }),
  };
}

/** A list of texts, or one text with bars between them. */
function readLabels(value: unknown): string[] | undefined {
  const list = typeof value === 'string' && value.includes('|') ? value.split('|') : value;
  if (!Array.isArray(list)) return undefined;
  const labels = list.map((label: unknown) => textOfValue(label) ?? '');
  return labels.length > 1 && labels.every((label) => label !== '') ? labels : undefined;
}

function readColumns(fields: Fields, shared: Shared): RecordTask | string {
  const asked = find(fields, 'instruction');
  if (asked === undefined) return `has the columns ${shownNames(fields)}, none of which says what is asked (instruction, prompt, question)`; // prettier-ignore
  const answered = find(fields, 'output');
  if (answered === undefined)
    return `has the columns ${shownNames(fields)}, none of which is an answer (output, completion, answer)`;
  const output = textOfValue(fields.get(answered)) ?? '';
  // An answer may be the number of a choice, counted from 0.
  const chosen =
    /^\d{1,2}$/.test(output) && !shared.labels?.includes(output)
      ? shared.labels?.[Number(output)]
      : undefined;
  return complete({
    shape: asked === 'prompt' && answered === 'completion' ? 'completion' : 'alpaca',
    instruction: textOfValue(fields.get(asked)) ?? '',
    input: read(fields, 'input') ?? '',
    output: chosen ?? output,
    ...shared,
  });
}

function shownNames(fields: Fields): string {
  const names = [...fields.keys()].slice(0, 8).map((name) => `"${name.slice(0, 30)}"`);
  return names.join(', ') || '(none)';
}

function complete(task: RecordTask): RecordTask | string {
  const [instruction, input, output] = [task.instruction.trim(), task.input.trim(), task.output.trim()];
  if (instruction === '') return 'asks nothing: the instruction is empty';
  if (output === '') return 'has no answer: the output is empty';
  return { ...task, instruction, input, output };
}
