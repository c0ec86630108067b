import { createRandom } from '../random.ts';
import type { GenerationContext } from './generation.ts';
import type { SpecializeSettings } from './settings.ts';
import { isRecited, type Passage, type Side } from './tasks.ts';

/** A side's documents and recited facts, each in one random order. */
export interface PassageOrder {
  readonly documents: readonly Passage[];
  readonly recited: readonly Passage[];
}

export function createPassageOrders(
  { sources, settings: { seed } }: Pick<GenerationContext, 'sources' | 'settings'>,
  isShown: (passage: Passage) => boolean,
): Record<Side, PassageOrder> {
  const shuffled = (passages: readonly Passage[]) =>
    createRandom(seed, 'passages').sample(passages, passages.length);
  const order = (side: Side): PassageOrder => {
    const shown = sources[side].passages.filter(isShown);
    return {
      documents: shuffled(shown.filter((passage) => !isRecited(passage))),
      recited: shuffled(shown.filter(isRecited)),
    };
  };
  return { train: order('train'), valid: order('valid') };
}

/**
 * Goes through documents and recited facts one after the other, so that many prompts cover them evenly; a few pages of
 * documents would otherwise drown in what was recited.
 */
export function passageAt(
  { documents, recited }: PassageOrder,
  { documentShare }: SpecializeSettings,
  index: number,
): Passage | undefined {
  const share = recited.length === 0 ? 1 : documents.length === 0 ? 0 : documentShare;
  const documentsBefore = Math.floor(index * share);
  const isDocument = Math.floor((index + 1) * share) > documentsBefore;
  const order = isDocument ? documents : recited;
  return order[(isDocument ? documentsBefore : index - documentsBefore) % order.length];
}
