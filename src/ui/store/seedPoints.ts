import { pointSettings } from '../../workerApi/sweep.ts';
import type { RunSetup } from '../../workerApi/whittleWorkerApi.ts';
import { counted } from '../format.ts';
import type { OpenRun, RunSummary } from './appState.ts';

/** The run that a sweep varies. */
export type SweptRun = Pick<OpenRun, 'id' | 'setup'>;

/** A run of a sweep over the number of seeds. */
export interface SeedPoint {
  readonly seeds: number;
  /** The stored run, a finished one where there is one; null before it was begun. */
  readonly run: RunSummary | null;
}

const shares = [1 / 8, 1 / 4, 1 / 2];

/** How many seeds a run draws from those of its domain. */
export function seedsUsed({ domain, parameters }: RunSetup): number {
  const asked = parameters.settings?.['seedCount'];
  return typeof asked === 'number' ? Math.min(asked, domain.seeds.length) : domain.seeds.length;
}

/** "biomedicine", and of a point of a sweep "biomedicine · 6 examples". */
export const runTitle = (setup: RunSetup): string =>
  setup.sweepOf === undefined
    ? setup.domain.name
    : `${setup.domain.name} · ${counted(seedsUsed(setup), 'example')}`;

/** An eighth, a quarter and a half of a run's seeds, each count once; a run that is a point itself has none. */
export function fewerSeeds(setup: RunSetup): number[] {
  const all = seedsUsed(setup);
  const counts = shares.map((share) => Math.max(1, Math.round(share * all)));
  return setup.sweepOf === undefined ? [...new Set(counts)].filter((count) => count < all) : [];
}

/** The same run with fewer seeds; all else is as it was. */
export function pointSetup({ id, setup }: SweptRun, seeds: number): RunSetup {
  const { settings = {} } = setup.parameters;
  const parameters = {
    ...pointSettings(setup.parameters, {}),
    settings: pointSettings(settings, { seedCount: seeds }),
  };
  return { ...setup, parameters, sweepOf: id };
}

/**
 * The points of a run's sweep, fewest seeds first.
 * @param runs all that are stored, newest first
 */
export function seedPoints(run: SweptRun, runs: readonly RunSummary[]): SeedPoint[] {
  const own = runs.filter(({ snapshot }) => snapshot.sweepOf === run.id);
  return fewerSeeds(run.setup).map((seeds) => {
    const tried = own.filter(({ snapshot }) => seedsUsed(snapshot) === seeds);
    return { seeds, run: tried.find(isFinished) ?? tried[0] ?? null };
  });
}

const isFinished = ({ status }: RunSummary): boolean => status === 'finished';

/** Those that are still to be run, or to be gone on with. */
export const missingPoints = (points: readonly SeedPoint[]): SeedPoint[] =>
  points.filter(({ run }) => !run || !isFinished(run));
