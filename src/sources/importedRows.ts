import type { Origin } from '../evaluation/items.ts';

/** A task of a data set, with where it stood. */
export interface ImportedTask {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly labels?: readonly string[];
  /** The group that scores are averaged over. */
  readonly task: string;
  readonly origin: Origin;
  /** Set apart for testing by the data set itself; such rows never become seeds. */
  readonly isTest?: boolean;
}

export interface DroppedRow {
  readonly file: string;
  readonly row: number;
  /** Goes on after "row 3". */
  readonly reason: string;
}

export const rowFormats = ['alpaca', 'messages', 'completion', 'csv', 'parquet', 'pubmedqa', 'iob'] as const;
export type RowFormat = (typeof rowFormats)[number];

/** What became of a file's rows: each of them is a task or dropped. */
export interface ImportedRows {
  readonly format: RowFormat;
  readonly tasks: readonly ImportedTask[];
  readonly dropped: readonly DroppedRow[];
  /** What was left out of rows that were taken, in sentences. */
  readonly notes: readonly string[];
}

const mostShown = 10;

/** One line for each dropped row, ten at most, and how many there are beyond. */
export function describeDropped(dropped: readonly DroppedRow[]): string[] {
  const more = dropped.length - mostShown;
  return [
    ...dropped.slice(0, mostShown).map(({ file, row, reason }) => `${file}, row ${row}: ${reason}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}
