import { isJsonObject } from '../jsonValue.ts';
import type { SourceRecord } from './records.ts';
import { SourceFormatError } from './sourceFile.ts';

const isJsonLike = /^\s*[[{]/;

/** What a JSON text holds: one value, or one record per line; undefined where it does not look like JSON at all. */
export type JsonContent =
  { readonly value: unknown } | { readonly records: readonly SourceRecord[] } | undefined;

/**
 * Reads JSON or JSONL. A line that is no JSON is a record with a fault.
 * @throws SourceFormatError where neither the whole nor any line is JSON
 */
export function readJson(text: string, name: string): JsonContent {
  const body = text.replace(/^\uFEFF/, '');
  if (!isJsonLike.test(body)) return undefined;
  const whole = parse(body);
  if ('value' in whole && !isSingleLine(body, whole.value)) return whole;
  const records = body
    .split(/\r?\n/)
    .flatMap((line, i): SourceRecord[] => (line.trim() === '' ? [] : [{ row: i + 1, ...parse(line) }]));
  if (records.some((record) => 'value' in record && typeof record.value === 'object')) return { records };
  const reason = 'fault' in whole ? whole.fault : 'holds no objects';
  throw new SourceFormatError(`${name} ${reason}; give a JSON list of objects, or one object per line.`);
}

/** JSONL of one row is JSON as well. */
const isSingleLine = (text: string, value: unknown): boolean =>
  isJsonObject(value) && !text.trim().includes('\n') && !Object.values(value).some(isJsonObject);

function parse(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is nested too deeply';
    return { fault: `is not JSON (${reason.slice(0, 120)})` };
  }
}

/** A list's entries; of an object, its single list, as `{"data": […]}` has one; undefined for all else. */
export function recordsOf(value: unknown): SourceRecord[] | undefined {
  const list = Array.isArray(value) ? (value as unknown[]) : singleList(value);
  return list?.map((entry, i) => ({ row: i + 1, value: entry }));
}

function singleList(value: unknown): unknown[] | undefined {
  if (!isJsonObject(value)) return undefined;
  const lists = Object.values(value).filter(
    (part): part is unknown[] => Array.isArray(part) && isJsonObject(part[0]),
  );
  return lists.length === 1 ? lists[0] : undefined;
}
