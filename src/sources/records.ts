/** A row of a table or a line of JSONL before anyone knows what it means. */
export interface SourceRecord {
  /** From 1: the line of a text, the row of a table without its header. */
  readonly row: number;
  /** Absent where the row could not be read. */
  readonly value?: unknown;
  /** Why it could not; goes on after "row 3". */
  readonly fault?: string;
}
