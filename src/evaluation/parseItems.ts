import { isJsonObject, shown } from '../jsonValue.ts';
import type { EvaluationItem } from './items.ts';

/** Evaluation data that cannot be used. The message names the row and the field. */
export class EvaluationFormatError extends Error {
  override readonly name = 'EvaluationFormatError';
}

/**
 * Reads evaluation items from JSONL: `{"instruction","input"?,"output"}` or `{"prompt","completion"}`, each with
 * optional `id`, `task` (else all rows are one task), `labels` and `source`; other fields are ignored.
 * @throws EvaluationFormatError in one sentence that names the row (its line, from 1) and the field.
 */
export function parseEvaluationItems(text: string): EvaluationItem[] {
  const items = text
    .split(/\r?\n/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [parseItem(line, i + 1)]));
  if (items.length === 0)
    throw new EvaluationFormatError('The evaluation data has no rows; write one JSON object per line.');
  return items;
}

function parseItem(line: string, row: number): EvaluationItem {
  const value = parseObject(line, row);
  const [question, answer] = 'prompt' in value ? ['prompt', 'completion'] : ['instruction', 'output'];
  const source = value.source === 'pretraining' || value.source === 'documents' ? value.source : undefined;
  const labels = readLabels(value.labels, row);
  return {
    id: readText(value, 'id', row, `row-${row}`),
    task: readText(value, 'task', row, 'all'),
    instruction: readText(value, question ?? '', row),
    input: readText(value, 'input', row, ''),
    output: readText(value, answer ?? '', row),
    ...(labels && { labels }),
    ...(source && { source }),
  };
}

function parseObject(line: string, row: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new EvaluationFormatError(`Row ${row} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (isJsonObject(value)) return value;
  throw new EvaluationFormatError(
    `Row ${row} is ${line.trim().slice(0, 40)}; write one JSON object per line.`,
  );
}

function readText(value: Record<string, unknown>, field: string, row: number, fallback?: string): string {
  const text = value[field] ?? fallback;
  if (typeof text === 'string') return text;
  throw new EvaluationFormatError(`Row ${row}: "${field}" is ${describe(text)}; give text.`);
}

function readLabels(labels: unknown, row: number): readonly string[] | undefined {
  if (labels === undefined || labels === null) return undefined;
  if (Array.isArray(labels) && labels.length > 0 && labels.every((label) => typeof label === 'string'))
    return labels;
  throw new EvaluationFormatError(`Row ${row}: "labels" is ${describe(labels)}; give a list of texts.`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  return Array.isArray(value) && value.length === 0 ? 'an empty list' : shown(value);
}
