/** A line of a page, in the order of reading. */
export interface PdfLine {
  readonly text: string;
  /** Height of its base line above the page's bottom, in points. */
  readonly y: number;
  /** Height of its letters, in points. */
  readonly size: number;
  readonly page: number;
}

/**
 * PDF knows no paragraphs: they are seen by the gaps between lines, headings by larger letters, list items by their marks.
 * Words divided at a line's end are joined again; numbers of pages are left out.
 */
export function linesToMarkdown(all: readonly PdfLine[]): string {
  const lines = all.filter((line, i) => !isPageNumber(line, all[i - 1], all[i + 1]));
  const body = quantile(lines.flatMap(sizeByLength), 0.5);
  const steps = lines.slice(1).map((line, i) => lines[i]!.y - line.y);
  // Most steps are within paragraphs, but not where these are short.
  const gap = quantile(
    steps.filter((step) => step > 0.5 * body && step < 4 * body),
    0.25,
  );
  const headings = lines.filter((line) => isHeading(line, body)).map(({ size }) => Math.round(size));
  const sizes = [...new Set(headings)].sort((a, b) => b - a);
  const blocks: string[] = [];
  for (const [i, line] of lines.entries()) {
    const last = lines[i - 1];
    const text = line.text.replace(/\s+/g, ' ').trim();
    const item = /^[•◦▪‣·–-]\s+(.*)$/.exec(text)?.[1];
    const level = isHeading(line, body) ? Math.min(6, 1 + sizes.indexOf(Math.round(line.size))) : 0;
    const isJoined =
      last && level === 0 && item === undefined && !isHeading(last, body) && !isApart(last, line, gap);
    if (isJoined) blocks.push(joinLines(blocks.pop() ?? '', text));
    else blocks.push(level > 0 ? `${'#'.repeat(level)} ${text}` : item === undefined ? text : `- ${item}`);
  }
  return `${blocks.join('\n\n')}\n`;
}

/** A number that stands alone on the first or last line of a page. */
const isPageNumber = (line: PdfLine, before?: PdfLine, after?: PdfLine): boolean =>
  /^\s*\d{1,4}\s*$/.test(line.text) && (before?.page !== line.page || after?.page !== line.page);

/** A line's size, as often as it has letters, about. */
const sizeByLength = ({ size, text }: PdfLine): number[] =>
  Array<number>(Math.ceil(text.length / 20)).fill(size);

const isHeading = ({ size, text }: PdfLine, body: number): boolean =>
  size > 1.15 * body && text.trim().length < 120 && /\p{L}/u.test(text);

/** On a new page a paragraph goes on where its last line did not end a sentence. */
function isApart(last: PdfLine, line: PdfLine, gap: number): boolean {
  if (last.page !== line.page) return /[.!?:]["')\]]?\s*$/.test(last.text);
  const step = last.y - line.y;
  return step > 1.4 * gap || step < 0;
}

const joinLines = (before: string, text: string): string =>
  /\p{Ll}-$/u.test(before) && /^\p{Ll}/u.test(text) ? before.slice(0, -1) + text : `${before} ${text}`;

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
