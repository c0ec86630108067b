/** A training row as token ids, with the tokens that the loss counts. */
export interface TokenizedRow {
  readonly ids: readonly number[];
  /** Index of the first supervised token: the prompt lies before it. */
  readonly completionStart: number;
  /** One flag per id: whether predicting it counts. Turns after the first answer may switch it off again. */
  readonly supervised: readonly boolean[];
}

/** A row from its ids and one flag per id. Throws when no token is supervised: such a row teaches nothing. */
export function tokenizedRow(ids: readonly number[], supervised: readonly boolean[]): TokenizedRow {
  const completionStart = supervised.indexOf(true);
  if (completionStart < 0) throw new Error(`A row of ${ids.length} tokens has no supervised token.`);
  return { ids, completionStart, supervised };
}

/** Number of tokens that the loss counts; the first token of a row predicts nothing and is never counted. */
export function countSupervised(row: TokenizedRow): number {
  return row.supervised.reduce((count, flag, i) => count + Number(flag && i > 0), 0);
}

/** The row's first `maxLength` tokens, or `null` where no supervised token would be left. */
export function truncateRow(row: TokenizedRow, maxLength: number): TokenizedRow | null {
  if (row.ids.length <= maxLength) return row;
  if (row.completionStart >= maxLength) return null;
  return { ...row, ids: row.ids.slice(0, maxLength), supervised: row.supervised.slice(0, maxLength) };
}
