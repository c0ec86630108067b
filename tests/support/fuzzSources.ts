import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../../src/random.ts';
import { readDocument } from '../../src/sources/readDocument.ts';
import { readRows } from '../../src/sources/readRows.ts';
import { SourceFormatError } from '../../src/sources/sourceFile.ts';
import { DomainFormatError } from '../../src/specialize/domain.ts';
import { writeDomainMarkdown } from '../../src/specialize/domainMarkdown.ts';
import { readDomain } from '../../src/specialize/readDomain.ts';
import { docxFixture, pdfFixture } from './documentFixtures.ts';
import { mutateBytes } from './fuzzBytes.ts';
import { damagedFiles, damagedJson, type FuzzedReader } from './fuzzRun.ts';
import { conversationParquet, parquetFixture } from './parquetFixture.ts';
import { sourceFixture } from './sourceFixture.ts';

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const encode = (text: string) => new TextEncoder().encode(text);
const sizeOf = (input: Uint8Array) => input.length;
const textFixture = (name: string) => decode(sourceFixture(name).bytes);

/** Lines lost, doubled, swapped or exchanged for what means something, and bytes damaged. */
const damagedLines =
  (files: readonly string[], odd: readonly string[]) =>
  (random: Random): Uint8Array => {
    let lines = files[random.below(files.length)]!.split('\n');
    for (let count = 1 + random.below(4); count > 0; count--) {
      const [at, kind] = [random.below(lines.length), random.below(4)];
      const line = lines[at] ?? '';
      const put = [
        [],
        [line, line],
        [odd[random.below(odd.length)]!],
        [line, odd[random.below(odd.length)]!],
      ][kind]!;
      lines = [...lines.slice(0, at), ...put, ...lines.slice(at + 1)];
    }
    const bytes = encode(lines.join('\n'));
    return random.next() < 0.3 ? mutateBytes(random, bytes) : bytes;
  };

const bundled = readFileSync(new URL('../../public/domains/finance.json', import.meta.url), 'utf8');
const written = writeDomainMarkdown({ ...readDomain(bundled), retention: [] });

/** What is accepted says the same when it is written and read again. */
const markdownDomain: FuzzedReader = {
  name: 'domain in Markdown',
  errors: [DomainFormatError],
  input: damagedLines(
    [textFixture('anatomy.md'), written.slice(0, 3000)],
    ['# x', '## Seeds', '## Held-out', '### x', '```', '````', 'Output: y', 'Labels:', '- z', 'Origin: a, row 1', 'Id: valve'],
  ), // prettier-ignore
  sizeOf,
  read: (bytes) => {
    const domain = readDomain(decode(bytes));
    const again = readDomain(writeDomainMarkdown(domain));
    if (!isDeepStrictEqual(again, domain)) throw new TypeError('A domain changed on the way.');
  },
};

// What libraries take once, when they are loaded and when they first repair a file, is no input's fault.
const damagedPdf = encode(decode(pdfFixture().bytes).replace('4 0 obj', '4 0 o'));
for (const file of [docxFixture(), pdfFixture(), { name: 'a.pdf', bytes: damagedPdf }])
  await readDocument(file).catch(() => undefined);

const document = (name: string, input: FuzzedReader['input'], fileName: string): FuzzedReader => ({
  name,
  errors: [SourceFormatError],
  input,
  sizeOf,
  read: async (bytes) => {
    const { text } = await readDocument({ name: fileName, bytes: new Uint8Array(bytes) });
    if (text.trim() === '') throw new TypeError('A document without text was accepted.');
  },
});

const rows = (name: string, input: FuzzedReader['input'], fileName: string): FuzzedReader => ({
  name,
  errors: [SourceFormatError],
  input,
  sizeOf,
  read: async (bytes) => {
    const { tasks, dropped } = await readRows({ name: fileName, bytes: new Uint8Array(bytes) });
    if (tasks.some(({ instruction, output }) => instruction === '' || output === ''))
      throw new TypeError('A task without a question or an answer was accepted.');
    if (dropped.some(({ reason }) => reason.length > 500))
      throw new TypeError('A reason is too long to be read.');
  },
});

export const sourceReaders = [
  document('document (HTML)', damagedLines([textFixture('heart.html')], ['<', '<!--', '</html>', '<script>', '&#x110000;', '<h1><h2>', '<li>'.repeat(2000)]), 'a.html'), // prettier-ignore
  document('document (Word)', damagedFiles([docxFixture().bytes]), 'a.docx'),
  document('document (PDF)', damagedFiles([pdfFixture().bytes]), 'a.pdf'),
  markdownDomain,
  rows('rows (JSON)', damagedJson([textFixture('alpaca.json'), textFixture('articles.json')]), 'rows.json'),
  rows('rows (JSONL)', damagedLines([textFixture('chat.jsonl'), textFixture('completion.jsonl')], ['{', '[]', '{"prompt":[],"completion":[]}', '{"messages":{}}']), 'rows.jsonl'), // prettier-ignore
  rows(
    'rows (CSV)',
    damagedLines([textFixture('questions.csv')], ['"', ';;;', 'a,b', 'question\tanswer']),
    'rows.csv',
  ),
  rows('rows (tags)', damagedLines([textFixture('tags.tsv')], ['x', 'I\tI-', '', '-DOCSTART-', 'y\tB-__proto__', 'O']), 'tags.tsv'), // prettier-ignore
  rows('rows (Parquet)', damagedFiles([parquetFixture().bytes, parquetFixture('UNCOMPRESSED').bytes, conversationParquet().bytes]), 'rows.parquet'), // prettier-ignore
];
