import { DomainFormatError } from './domain.ts';

/** A line with its number, from 1. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

export type FieldName = 'instruction' | 'input' | 'output' | 'labels' | 'id' | 'task' | 'source' | 'origin';

export interface Field {
  readonly name: FieldName;
  readonly value: string;
  readonly line: number;
}

/** A task: its heading and the fields below. */
export interface Block {
  readonly instruction: string;
  readonly line: number;
  readonly fields: readonly Field[];
}

export interface Section {
  readonly title: string;
  readonly line: number;
  /** What stands before the first task. */
  readonly body: readonly Line[];
  readonly tasks: readonly Block[];
}

export interface Blocks {
  readonly name: string;
  /** What stands between the name and the first section, without its Markdown escapes. */
  readonly intro: string;
  readonly sections: readonly Section[];
}

interface Heading extends Line {
  readonly level: number;
  readonly lines: Line[];
}

const headingLine = /^(#{1,3})(?:[ \t]+(.*))?$/;
const fenceLine = /^(`{3,})[^`]*$/;
const fieldLine = /^(Instruction|Input|Output|Labels|Id|Task|Source|Origin):(.*)$/i;

/**
 * Cuts a domain written in Markdown along its headings and fields; what is fenced is neither.
 * @throws DomainFormatError naming the line
 */
export function scanMarkdown(text: string): Blocks {
  const [top, ...headings] = headingsOf(text);
  if (top?.level !== 1)
    throw new DomainFormatError(
      `Line ${top?.number ?? 1}: a domain in Markdown begins with "# " and its name.`,
    );
  const sections: (Section & { body: Line[]; tasks: Block[] })[] = [];
  for (const { level, text: title, number, lines } of headings) {
    const section = sections.at(-1);
    if (level === 1)
      throw new DomainFormatError(`Line ${number}: a domain has one name; use "##" or "###" here.`);
    if (level === 2) sections.push({ title, line: number, body: lines, tasks: [] });
    else if (section) section.tasks.push(readBlock(title, number, lines));
    else
      throw new DomainFormatError(`Line ${number}: a task stands in a section; write "## Seeds" above it.`);
  }
  const intro = top.lines.map((line) => line.text.replace(/^\\(?=[#\\])/, '')).join('\n');
  return { name: top.text, intro: intro.trim(), sections };
}

/** Every heading with the lines below it. */
function headingsOf(text: string): Heading[] {
  const headings: Heading[] = [];
  let fence: { readonly marks: string; readonly line: number } | undefined;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|[\r\n]/)
    .entries()) {
    const [, marks, title] = fence ? [] : (headingLine.exec(line) ?? []);
    if (marks !== undefined) {
      headings.push({ level: marks.length, text: (title ?? '').trim(), number: i + 1, lines: [] });
      continue;
    }
    if (headings.length === 0 && line.trim() !== '')
      throw new DomainFormatError(`Line ${i + 1}: a domain in Markdown begins with "# " and its name.`);
    headings.at(-1)?.lines.push({ text: line, number: i + 1 });
    if (fence ? line.trim() === fence.marks : isTask(headings) && fenceLine.test(line.trim()))
      fence = fence ? undefined : { marks: fenceLine.exec(line.trim())![1]!, line: i + 1 };
  }
  if (fence) throw new DomainFormatError(`Line ${fence.line}: the fence ${fence.marks} is never closed.`);
  return headings;
}

const isTask = (headings: readonly Heading[]): boolean => headings.at(-1)?.level === 3;

/** The instruction goes on below its heading until the first field. */
function readBlock(title: string, number: number, lines: readonly Line[]): Block {
  const parts: { name: FieldName | null; line: number; lines: string[] }[] = [
    { name: null, line: number, lines: [title] },
  ];
  let fence: string | undefined;
  for (const { text, number: line } of lines) {
    const [, name, rest] = fence === undefined ? (fieldLine.exec(text) ?? []) : [];
    if (name === undefined) parts.at(-1)!.lines.push(text);
    else parts.push({ name: name.toLowerCase() as FieldName, line, lines: [rest!] });
    const marks = fenceLine.exec(text.trim())?.[1];
    if (fence !== undefined ? text.trim() === fence : marks !== undefined && name === undefined)
      fence = fence === undefined ? marks : undefined;
  }
  const fields = parts.flatMap(({ name, line, lines: own }) =>
    name === null ? [] : [{ name, line, value: valueOf(own) }],
  );
  refuseRepeats(fields);
  return { instruction: valueOf(parts[0]!.lines), line: number, fields };
}

function refuseRepeats(fields: readonly Field[]): void {
  const seen = new Map<FieldName, number>();
  for (const { name, line } of fields) {
    const first = seen.get(name);
    if (first !== undefined)
      throw new DomainFormatError(
        `Line ${line}: "${name}" was already given in line ${first}; put text that looks like a field between fences.`,
      );
    seen.set(name, line);
  }
}

/** A value that is one fenced block is what lies between the fences. */
function valueOf(lines: readonly string[]): string {
  const written = lines.join('\n').trim();
  const inner = written.split('\n');
  const marks = fenceLine.exec(inner[0] ?? '')?.[1];
  const isFenced =
    marks !== undefined && inner.findIndex((line, i) => i > 0 && line.trim() === marks) === inner.length - 1;
  return isFenced ? inner.slice(1, -1).join('\n') : written;
}
