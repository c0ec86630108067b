import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { importDomain, readIds, type ImportedDomain } from '../sources/importDomain.ts';
import { describeDropped, rowFormats, type RowFormat } from '../sources/importedRows.ts';
import type { SourceFile } from '../sources/sourceFile.ts';
import type { DomainFile } from '../specialize/domain.ts';
import { writeDomainMarkdown } from '../specialize/domainMarkdown.ts';
import type { Command } from './command.ts';
import { parseInputFile, readInputBytes } from './files.ts';
import { commonOptions, helpOf, readOptions } from './options.ts';
import { createOutput } from './output.ts';

const options = {
  from: {
    kind: 'texts',
    isRequired: true,
    help: 'rows: JSON, JSONL, CSV, Parquet, PubMedQA or IOB tags; may be given several times',
  },
  'held-out-from': { kind: 'texts', help: 'the same, for rows that may only be held out' },
  'test-ids': { kind: 'text', help: 'ids of rows that may only be held out: JSON, or one per line' },
  format: { kind: 'text', default: 'auto', help: `auto, ${rowFormats.join(', ')}` },
  entities: { kind: 'text', help: 'what IOB files with plain B and I tags name, such as "diseases"' },
  seeds: { kind: 'count', default: 24, help: 'seed tasks to draw' },
  'held-out': { kind: 'count', default: 100, help: 'held-out tasks to draw' },
  name: { kind: 'text', isRequired: true, help: 'name of the domain' },
  description: { kind: 'text', help: 'what it is about, in one line' },
  out: { kind: 'text', isRequired: true, help: 'domain file to write: .json or .md' },
  seed: { kind: 'number', default: 0, help: 'equal seeds draw equal rows' },
  json: commonOptions.json,
} as const;

export const importCommand: Command = {
  summary: 'make a domain file of the rows of a data set',
  help: helpOf('import', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const format = parseFormat(values.format);
    if (!/\.(json|md)$/i.test(values.out))
      throw new Error(`--out takes a .json or .md file, not ${values.out}.`);
    const { entities, 'test-ids': idFile, description } = values;
    const made = await importDomain({
      ...{ name: values.name, seeds: values.seeds, heldOut: values['held-out'], seed: values.seed },
      ...(description !== undefined && { description }),
      files: await readFiles(values.from),
      testFiles: await readFiles(values['held-out-from']),
      ...(idFile !== undefined && { testIds: await parseInputFile(idFile, readIds) }),
      rows: { ...(format && { format }), ...(entities !== undefined && { entities }) },
      onFile: (name, i, count) => output.progress(`reading ${name} (${i + 1} of ${count})`),
    });
    await writeDomain(values.out, made.file);
    for (const line of [...made.notes, ...droppedLines(made)]) output.progress(line);
    const { dropped, formats } = made;
    const counts = { seeds: made.file.seeds.length, heldOut: made.file.heldOut?.length ?? 0 };
    output.result(
      { type: 'import', out: values.out, ...counts, formats, droppedCount: dropped.length, dropped },
      `${values.out}: ${counts.seeds} seeds, ${counts.heldOut} held-out tasks, out of ${describeFormats(made)}`,
    );
  },
};

function parseFormat(name: string): RowFormat | undefined {
  const known = rowFormats.find((format) => format === name);
  if (known || name === 'auto') return known;
  throw new Error(`--format takes auto, ${rowFormats.join(', ')}, not ${name}.`);
}

const readFiles = (paths: readonly string[]): Promise<SourceFile[]> =>
  Promise.all(paths.map(async (path) => ({ name: basename(path), bytes: await readInputBytes(path) })));

function droppedLines({ dropped }: ImportedDomain): string[] {
  if (dropped.length === 0) return ['no row was left out'];
  return [`left out: ${dropped.length}`, ...describeDropped(dropped).map((line) => `  ${line}`)];
}

const describeFormats = ({ formats }: ImportedDomain): string =>
  formats.map(({ name, format, tasks }) => `${tasks} tasks in ${name} (${format})`).join(', ');

async function writeDomain(path: string, file: DomainFile): Promise<void> {
  const text = /\.md$/i.test(path) ? writeDomainMarkdown(file) : `${JSON.stringify(file, null, 2)}\n`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new Error(`${path} cannot be written; choose another --out.`, { cause: error });
  }
}
