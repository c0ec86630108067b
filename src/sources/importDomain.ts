import { checkDomain, type DomainFile } from '../specialize/domain.ts';
import type { DroppedRow, ImportedRows, ImportedTask } from './importedRows.ts';
import { readRows, type RowOptions } from './readRows.ts';
import type { SourceFile } from './sourceFile.ts';
import { splitTasks, type SplitRequest } from './splitTasks.ts';

export interface DomainImport extends SplitRequest {
  readonly name: string;
  readonly description?: string;
  readonly files: readonly SourceFile[];
  /** Files whose rows may only be held out. */
  readonly testFiles?: readonly SourceFile[];
  /** Ids, as the rows have them, of rows that may only be held out. */
  readonly testIds?: ReadonlySet<string>;
  readonly rows?: RowOptions;
  readonly signal?: AbortSignal;
  /** Told before each file is read. */
  readonly onFile?: (name: string, position: number, count: number) => void;
}

export interface ImportedDomain {
  readonly file: DomainFile;
  /** The formats that were found, by file. */
  readonly formats: readonly { readonly name: string; readonly format: string; readonly tasks: number }[];
  readonly dropped: readonly DroppedRow[];
  readonly notes: readonly string[];
}

/**
 * Makes a domain of the rows of data sets.
 * @throws SourceFormatError of a file, where the rows do not suffice, or where no row has one of `testIds`
 */
export async function importDomain(request: DomainImport): Promise<ImportedDomain> {
  const read = await readAll(request);
  const tasks = read.flatMap(({ rows, isTest }) =>
    rows.tasks.map((task) => (isTest ? { ...task, isTest } : task)),
  );
  const { seeds, heldOut, repeated } = splitTasks(markTests(tasks, request.testIds), request);
  const file: DomainFile = {
    name: request.name,
    description: request.description ?? '',
    seeds: seeds.map(toRow),
    heldOut: heldOut.map(toRow),
  };
  checkDomain(file);
  return {
    file,
    formats: read.map(({ name, rows }) => ({ name, format: rows.format, tasks: rows.tasks.length })),
    dropped: [...read.flatMap(({ rows }) => rows.dropped), ...repeated],
    notes: read.flatMap(({ name, rows }) => rows.notes.map((note) => `${name}: ${note}`)),
  };
}

interface ReadFile {
  readonly name: string;
  readonly rows: ImportedRows;
  readonly isTest: boolean;
}

async function readAll({ files, testFiles = [], rows, signal, onFile }: DomainImport): Promise<ReadFile[]> {
  const all = [
    ...files.map((file) => ({ file, isTest: false })),
    ...testFiles.map((file) => ({ file, isTest: true })),
  ];
  const read: ReadFile[] = [];
  for (const { file, isTest } of all) {
    signal?.throwIfAborted();
    onFile?.(file.name, read.length, all.length);
    read.push({ name: file.name, rows: await readRows(file, rows), isTest });
  }
  return read;
}

function markTests(
  tasks: readonly ImportedTask[],
  ids: ReadonlySet<string> | undefined,
): readonly ImportedTask[] {
  if (!ids) return tasks;
  const marked = tasks.map((task) => (ids.has(task.origin.id ?? '') ? { ...task, isTest: true } : task));
  if (marked.some(({ isTest }) => isTest)) return marked;
  throw new Error('No row has one of the ids that were to be kept for testing; compare both files.');
}

function toRow({ instruction, input, output, labels, task, origin }: ImportedTask) {
  return {
    ...{ instruction, task, output, origin },
    ...(input !== '' && { input }),
    ...(labels && { labels: [...labels] }),
  };
}

/** Ids of a file: the keys of a JSON object (as PubMedQA's `test_ground_truth.json`), a JSON list, or one per line. */
export function readIds(text: string): ReadonlySet<string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Lines.
  }
  const ids = Array.isArray(value)
    ? value.map(String)
    : typeof value === 'object' && value !== null
      ? Object.keys(value)
      : text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  return new Set(ids);
}
