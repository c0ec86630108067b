import { createRandom } from '../random.ts';
import type { SpecializeSettings } from './settings.ts';

/** Ways in which a task comes about. In context: question first, then its answer; in all others the answer comes first. */
export const taskKinds = ['inContext', 'labelFirst', 'spanFirst', 'claim', 'backtranslation'] as const;

export type TaskKind = (typeof taskKinds)[number];

/** As reports call them. */
export const kindTitles: Readonly<Record<TaskKind, string>> = {
  inContext: 'in context',
  labelFirst: 'label first',
  spanFirst: 'answer span first',
  claim: 'claim check',
  backtranslation: 'backtranslation',
};

type KindShares = Pick<
  SpecializeSettings,
  'seed' | 'labelFirstShare' | 'spanFirstShare' | 'claimShare' | 'backtranslationShare'
>;

/** The kind that a prompt is to be of; what the shares leave is in context. */
export function drawKind(settings: KindShares, index: number): TaskKind {
  const shares = [
    ['labelFirst', settings.labelFirstShare],
    ['spanFirst', settings.spanFirstShare],
    ['claim', settings.claimShare],
    ['backtranslation', settings.backtranslationShare],
  ] as const;
  let rest = createRandom(settings.seed, 'kind', index).next();
  for (const [kind, share] of shares) {
    if (rest < share) return kind;
    rest -= share;
  }
  return 'inContext';
}
