import type { TaskTokens } from '../../workerApi/curation.ts';

/** What becomes of a token in training. */
export type TokenUse = 'read' | 'counted' | 'cut';

export interface UsedToken {
  readonly text: string;
  readonly use: TokenUse;
}

/** Each token with what training makes of it. A row with nothing left to count is left out as a whole. */
export function tokensInUse({ tokens, maxLength }: TaskTokens): UsedToken[] {
  const isLeftOut = !tokens.slice(0, maxLength).some(({ supervised }) => supervised);
  return tokens.map(({ text, supervised }, i) => {
    const isCut = isLeftOut || i >= maxLength;
    return { text, use: isCut ? 'cut' : supervised ? 'counted' : 'read' };
  });
}

export const countUses = (tokens: readonly UsedToken[]): Record<TokenUse, number> => ({
  read: tokens.filter(({ use }) => use === 'read').length,
  counted: tokens.filter(({ use }) => use === 'counted').length,
  cut: tokens.filter(({ use }) => use === 'cut').length,
});
