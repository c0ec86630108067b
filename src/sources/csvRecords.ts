import type { SourceRecord } from './records.ts';
import { SourceFormatError } from './sourceFile.ts';

/** Rows of a CSV file by its header's names; comma, semicolon, tab or bar, whichever fits (Papa Parse). */
export async function readCsv(text: string, name: string): Promise<SourceRecord[]> {
  const { default: papa } = await import('papaparse');
  const { data, errors } = papa.parse<string[]>(text.replace(/^\uFEFF/, ''), {
    skipEmptyLines: 'greedy',
    delimitersToGuess: [',', '\t', ';', '|'],
  });
  const [header, ...rows] = data;
  if (!header || rows.length === 0)
    throw new SourceFormatError(
      `${name} has no rows below a header; give a CSV file whose first line names the columns.`,
    );
  const broken = errors.find(({ type }) => type === 'Quotes');
  const names = header.map((column) => column.trim());
  return rows.map((cells, i): SourceRecord => {
    if (broken?.row !== undefined && i + 1 >= broken.row)
      return { row: i + 1, fault: 'has a quote that is not closed' };
    if (cells.length > names.length)
      return { row: i + 1, fault: `has ${cells.length} cells, but the header names ${names.length}` };
    return { row: i + 1, value: Object.fromEntries(names.map((column, at) => [column, cells[at] ?? ''])) };
  });
}
