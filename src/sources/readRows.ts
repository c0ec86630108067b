import { readCsv } from './csvRecords.ts';
import { describeDropped, type DroppedRow, type ImportedRows, type ImportedTask, type RowFormat } from './importedRows.ts'; // prettier-ignore
import { readJson, recordsOf } from './jsonRecords.ts';
import { readParquet } from './parquetRecords.ts';
import { isPubMedQa, readPubMedQa } from './pubMedQa.ts';
import { readRecord, type RecordTask } from './recordTask.ts';
import type { SourceRecord } from './records.ts';
import { isParquet, isPdf, isZip, SourceFormatError, textOf, type SourceFile } from './sourceFile.ts';
import { isTagged, readTagged } from './taggedTokens.ts';

export interface RowOptions {
  /** What the file must be; by default its content decides. */
  readonly format?: RowFormat;
  /** What files with plain B and I tags name, in the plural. */
  readonly entities?: string;
  /** Group of rows that name none of their own. */
  readonly task?: string;
}

/**
 * Reads the rows of a data set as tasks. The content decides what it is: JSON and JSONL (Alpaca, conversations, prompt and
 * completion, PubMedQA), CSV with a header, Parquet, or lines of tokens and tags. Rows that make no task are dropped.
 * @throws SourceFormatError where it is none of these, or no row makes a task
 */
export async function readRows(file: SourceFile, options: RowOptions = {}): Promise<ImportedRows> {
  const read = await readAny(file, options);
  const { format: wanted } = options;
  if (wanted && read.format !== wanted)
    throw new SourceFormatError(`${file.name} was to be ${wanted}, but its content is ${read.format}; leave the format to be found out.`); // prettier-ignore
  if (read.tasks.length > 0) return read;
  const [first] = describeDropped(read.dropped);
  throw new SourceFormatError(
    `${file.name} holds no row that makes a task${first ? `: ${first.slice(0, 400)}` : ''}.`,
  );
}

async function readAny(file: SourceFile, { entities, task }: RowOptions): Promise<ImportedRows> {
  if (isParquet(file)) return collect(file, await readParquet(file), task, 'parquet');
  if (isPdf(file) || isZip(file))
    throw new SourceFormatError(`${file.name} is a document or an archive; import a table of tasks, or add it to the documents.`); // prettier-ignore
  const text = textOf(file);
  const json = readJson(text, file.name);
  if (json && 'value' in json && isPubMedQa(json.value)) return readPubMedQa(json.value, file.name);
  if (json) {
    const records = 'records' in json ? json.records : recordsOf(json.value);
    if (records) return collect(file, records, task);
    throw new SourceFormatError(
      `${file.name} is JSON, but no list of objects; give a JSON list, or one object per line.`,
    );
  }
  if (isTagged(text)) return readTagged(text, file.name, entities);
  return collect(file, await readCsv(text, file.name), task, 'csv');
}

/** Tasks of the records that make one; JSON is called by the shape of its first. */
function collect(
  file: SourceFile,
  records: readonly SourceRecord[],
  group = 'all',
  format?: RowFormat,
): ImportedRows {
  const tasks: ImportedTask[] = [];
  const dropped: DroppedRow[] = [];
  let [shortened, shape] = [0, undefined as RowFormat | undefined];
  for (const { row, value, fault } of records) {
    const read = fault ?? readRecord(value);
    if (typeof read === 'string') {
      dropped.push({ file: file.name, row, reason: read });
      continue;
    }
    shape ??= read.shape;
    if (read.isShortened) shortened++;
    tasks.push(toTask(read, { file: file.name, row, group }));
  }
  const notes =
    shortened === 0
      ? []
      : [`Of ${shortened} conversations only the first question and its answer were taken.`];
  return { format: format ?? shape ?? 'alpaca', tasks, dropped, notes };
}

interface Place {
  readonly file: string;
  readonly row: number;
  readonly group: string;
}

function toTask(
  { instruction, input, output, labels, task, id, isTest }: RecordTask,
  { file, row, group }: Place,
): ImportedTask {
  return {
    ...{ instruction, input, output, task: task ?? group },
    ...(labels?.includes(output) && { labels }),
    origin: { file, row, ...(id !== undefined && { id }) },
    ...(isTest && { isTest }),
  };
}
