import type { TokenizedRow } from './tokenizedRow.ts';
import type { Tokenizer } from './tokenizer.ts';

/** One token as people see it. */
export interface ViewedToken {
  readonly id: number;
  readonly text: string;
  readonly supervised: boolean;
}

/**
 * The tokens of a row with their share of its text, for showing what the loss counts.
 * A character that several tokens spell together (an emoji, say) appears at the last of them.
 */
export function viewTokens(row: TokenizedRow, tokenizer: Tokenizer): ViewedToken[] {
  let shown = '';
  return row.ids.map((id, i) => {
    const text = tokenizer.decode(row.ids.slice(0, i + 1), true);
    const isWhole = !text.endsWith('\uFFFD');
    const piece = isWhole && text.startsWith(shown) ? text.slice(shown.length) : '';
    if (isWhole) shown = text;
    return { id, text: piece, supervised: row.supervised[i] ?? false };
  });
}
