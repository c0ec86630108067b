import type { Report } from '../../workerApi/runEvent.ts';
import { counted } from '../format.ts';
import type { SweepProgress } from './appState.ts';
import type { SeedPoint } from './seedPoints.ts';

/** "With 6 examples, run 2 of 3: Writing tasks"; outside of a sweep just what is done. */
export function inSweep(sweep: SweepProgress | null, words: string): string {
  if (!sweep) return words;
  const { seeds, number, total } = sweep;
  return `With ${counted(seeds, 'example')}, run ${number} of ${total}: ${words}`;
}

/** "3, 6 and 12 examples". */
export function seedCounts(points: readonly SeedPoint[]): string {
  const counts = points.map(({ seeds }) => String(seeds));
  const last = counts.pop() ?? '';
  const list = counts.length > 0 ? `${counts.join(', ')} and ${last}` : last;
  return list === '1' ? '1 example' : `${list} examples`;
}

/**
 * Why a point has no scores yet.
 * @param report null where the run left none; undefined where none was read
 */
export function describeMissing({ run }: SeedPoint, report: Report | null | undefined): string {
  if (!run) return 'not run yet';
  if (run.status === 'finished')
    return report === null ? 'no scores are stored; delete this run to do it again' : 'being read';
  if (run.status === 'failed') return `failed: ${run.failure ?? 'for no known reason'}`;
  return run.status === 'running' ? 'going in another tab' : run.status;
}
