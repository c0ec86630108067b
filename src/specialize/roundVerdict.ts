import type { ModelEvaluation } from './events.ts';

const points = (share: number): string => (100 * share).toFixed(1);

const sets = [
  ['heldOut', 'held-out tasks'],
  ['retention', 'general tasks'],
] as const;

/**
 * Why a further round is not to be kept, as a sentence: held-out or general F1 fell by more than `maxFall`; null where
 * neither did. Choosing between rounds by held-out tasks favours the chosen one a little; two rounds leave little to choose.
 */
export function findFall(
  before: ModelEvaluation,
  after: ModelEvaluation,
  round: number,
  maxFall: number,
): string | null {
  for (const [set, words] of sets) {
    if (before[set].answers.length === 0) continue;
    const [was, is] = [before[set].overall.f1, after[set].overall.f1];
    if (was - is > maxFall)
      return `Round ${round} was undone: F1 on ${words} fell from ${points(was)} to ${points(is)}.`;
  }
  return null;
}
