import type { Origin } from '../evaluation/items.ts';
import { DomainFormatError, type Domain, type DomainFile } from './domain.ts';
import { scanMarkdown, type Block, type Line } from './markdownBlocks.ts';

const listNames = { seeds: 'Seeds', heldOut: 'Held-out', retention: 'General' } as const;
type ListName = keyof typeof listNames;
type WrittenTask = Record<string, unknown>;

/** A domain as it was written down, not checked yet, with the line (from 1) at which each row begins. */
export interface MarkdownDomain {
  readonly file: Record<string, unknown>;
  readonly lines: Readonly<Record<ListName, readonly number[]>>;
}

/**
 * Reads a domain from Markdown: `# Name`, a description, then the sections `## Documents` (a list of paths), `## Seeds`,
 * `## Held-out` and `## General`. A task is `### ` and its instruction, then `Input:`, `Output:`, `Labels:` and, where
 * wanted, `Id:`, `Task:`, `Source:` and `Origin:`; a value goes on until the next of them, or stands between fences (```).
 * @throws DomainFormatError naming the line
 */
export function readDomainMarkdown(text: string): MarkdownDomain {
  const { name, intro, sections } = scanMarkdown(text);
  const file: Record<string, unknown> = { name, description: intro };
  const lines: Record<ListName, number[]> = { seeds: [], heldOut: [], retention: [] };
  for (const { title, line, body, tasks } of sections) {
    const key = sectionOf(title);
    if (key === undefined)
      throw new DomainFormatError(
        `Line ${line}: there is no section "${title.slice(0, 60)}"; use Seeds, Held-out, General or Documents.`,
      );
    const list = (file[key] ?? []) as unknown[];
    file[key] = list;
    if (key === 'documents') {
      list.push(...body.filter(isWritten).map(listItem));
      continue;
    }
    refuseStray(body);
    list.push(...tasks.map((task) => readTask(task, key)));
    lines[key].push(...tasks.map((task) => task.line));
  }
  return { file, lines };
}

function sectionOf(title: string): ListName | 'documents' | undefined {
  const word = title.toLowerCase().replace(/[^a-z]/g, '');
  const names = { seeds: 'seeds', heldout: 'heldOut', general: 'retention', retention: 'retention' } as const;
  if (word === 'documents') return 'documents';
  return Object.hasOwn(names, word) ? names[word as keyof typeof names] : undefined;
}

const isWritten = ({ text }: Line): boolean => text.trim() !== '';

function refuseStray(body: readonly Line[]): void {
  const stray = body.find(isWritten);
  if (stray)
    throw new DomainFormatError(
      `Line ${stray.number} belongs to no task; begin one with "### " and its instruction.`,
    );
}

function listItem({ text, number }: Line): string {
  const item = /^\s*[-*+]\s+(.*\S)\s*$/.exec(text)?.[1];
  if (item === undefined)
    throw new DomainFormatError(`Line ${number} is no list item; write "- " before each of them.`);
  return item;
}

function readTask({ instruction, fields }: Block, list: ListName): WrittenTask {
  const task: WrittenTask = list === 'seeds' ? {} : { task: 'all' };
  if (instruction !== '') task.instruction = instruction;
  for (const { name, value, line } of fields) {
    if (name === 'labels') task.labels = readLabels(value, line);
    else if (name === 'origin') task.origin = readOrigin(value, line);
    else task[name] = value;
  }
  return task;
}

/** One line with commas, or a list; an item in double quotes is a JSON string. */
function readLabels(value: string, line: number): string[] {
  const items = /^[-*+]\s/.test(value)
    ? value.split('\n').filter((text) => text.trim() !== '').map((text) => listItem({ text, number: line }))
    : value.split(',').map((label) => label.trim()); // prettier-ignore
  return items.map((item) => (item.startsWith('"') ? unquote(item, line) : item));
}

function unquote(item: string, line: number): string {
  try {
    return String(JSON.parse(item));
  } catch (error) {
    throw new DomainFormatError(`Line ${line}: the label ${item.slice(0, 60)} lacks its closing quote.`, {
      cause: error,
    });
  }
}

const originText = /^(.+), row (\d{1,15})(?:, id (.+))?$/;

function readOrigin(value: string, line: number): unknown {
  try {
    if (value.startsWith('{')) return JSON.parse(value);
  } catch {
    // A file may be called so.
  }
  const [, file, row, id] = originText.exec(value) ?? [];
  if (file !== undefined) return { file, row: Number(row), ...(id !== undefined && { id }) };
  throw new DomainFormatError(
    `Line ${line}: "Origin" is not of the form "FILE, row 3" or "FILE, row 3, id 17".`,
  );
}

/** Writes a domain so that `readDomainMarkdown` gives the same again, line ends apart. A name is one line. */
export function writeDomainMarkdown(domain: Domain | DomainFile): string {
  const { name, description = '', documents = [] } = domain;
  const parts = [`# ${name.replace(/[\r\n]+/g, ' ')}`];
  if (description !== '') parts.push(description.replace(/^(?=[#\\])/gm, '\\'));
  if (documents.length > 0) parts.push('## Documents', documents.map((path) => `- ${path}`).join('\n'));
  for (const key of Object.keys(listNames) as ListName[]) {
    const tasks = domain[key] ?? [];
    if (tasks.length > 0) parts.push(`## ${listNames[key]}`, ...tasks.map(writeTask));
  }
  return `${parts.join('\n\n')}\n`;
}

type AnyTask =
  NonNullable<DomainFile['heldOut']>[number] | Domain['seeds'][number] | Domain['heldOut'][number];

function writeTask(task: AnyTask | NonNullable<DomainFile['seeds']>[number]): string {
  const { id, instruction, input, output, labels, task: group, origin } = task;
  const isPlain = isOneLine(instruction);
  const fields = [
    isPlain ? undefined : field('Instruction', instruction),
    id !== undefined && field('Id', id),
    group !== undefined && field('Task', group),
    'source' in task && task.source !== undefined && field('Source', task.source),
    origin && field('Origin', writeOrigin(origin)),
    labels && `Labels:${writeLabels(labels)}`,
    input !== undefined && input !== '' && field('Input', input),
    field('Output', output),
  ];
  return [`###${isPlain ? ` ${instruction}` : ''}`, fields.filter(Boolean).join('\n')].join('\n\n');
}

const isOneLine = (text: string): boolean =>
  !/[\r\n]/.test(text) && text.trim() !== '' && !text.startsWith('```');

function field(name: string, value: string): string {
  if (isOneLine(value)) return `${name}: ${value}`;
  const longest = Math.max(2, ...(value.match(/^\s*`{3,}/gm) ?? []).map((marks) => marks.trim().length));
  const fence = '`'.repeat(longest + 1);
  return `${name}:\n${fence}\n${value}\n${fence}`;
}

function writeLabels(labels: readonly string[]): string {
  const isShort = labels.every((label) => /^[^,\s"'-][^,\n\r]*$/.test(label));
  if (isShort) return ` ${labels.join(', ')}`;
  return labels
    .map((label) => `\n- ${/^"|[\r\n]/.test(label) ? JSON.stringify(label.replace(/\r\n?/g, '\n')) : label}`)
    .join('');
}

function writeOrigin({ file, row, id }: Origin): string {
  const text = `${file}, row ${row}${id === undefined ? '' : `, id ${id}`}`;
  const [, sameFile, sameRow, sameId] = originText.exec(text) ?? [];
  return sameFile === file && Number(sameRow) === row && sameId === id
    ? text
    : JSON.stringify({ file, row, id });
}
