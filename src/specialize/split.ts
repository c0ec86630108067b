import { createRandom } from '../random.ts';
import type { Passage, SeedTask, Side } from './tasks.ts';

/** What one side of the split may show to the model. */
export interface Sources {
  readonly seeds: readonly SeedTask[];
  readonly passages: readonly Passage[];
}

export type SplitSources = Readonly<Record<Side, Sources>>;

/**
 * Divides the seeds and the documents before anything is generated, so that no validation task is written from a
 * seed or document that training uses. Both counts are rounded down: few seeds or documents all go to training, and
 * then there is no validation side.
 */
export function splitSources(
  seeds: readonly SeedTask[],
  passages: readonly Passage[],
  validFraction: number,
  seed: number,
): SplitSources {
  const documentIds = [...new Set(passages.map((passage) => passage.documentId))];
  const draw = (name: string, ids: readonly string[]): Set<string> =>
    new Set(createRandom(seed, 'split', name).sample(ids, Math.floor(ids.length * validFraction)));
  const validSeeds = draw(
    'seeds',
    seeds.map((task) => task.id),
  );
  const validDocuments = validSeeds.size === 0 ? new Set<string>() : draw('documents', documentIds);
  const side = (wanted: boolean): Sources => ({
    seeds: seeds.filter((task) => validSeeds.has(task.id) === wanted),
    passages: passages.filter((passage) => validDocuments.has(passage.documentId) === wanted),
  });
  return { train: side(false), valid: side(true) };
}
