import { expect, it } from 'vitest';
import type { RunSummary } from '../../src/ui/store/appState.ts';
import {
  fewerSeeds,
  missingPoints,
  pointSetup,
  runTitle,
  seedPoints,
} from '../../src/ui/store/seedPoints.ts';
import { seedCounts } from '../../src/ui/store/sweepWords.ts';
import type { Domain } from '../../src/workerApi/domain.ts';
import type { RunSetup } from '../../src/workerApi/whittleWorkerApi.ts';
import { exampleParameters } from './support/recordedEngine.ts';

function setupWith(seeds: number, settings?: Readonly<Record<string, unknown>>): RunSetup {
  const domain = { name: 'biomedicine', seeds: Array.from({ length: seeds }) } as unknown as Domain;
  return {
    domain,
    documents: [],
    parameters: { ...exampleParameters, rounds: 2, ...(settings && { settings }) },
  };
}

it.each([
  [24, {}, [3, 6, 12]],
  [24, { seedCount: 8 }, [1, 2, 4]],
  [4, { seedCount: null }, [1, 2]],
  [2, {}, [1]],
  [1, {}, []],
])('of %i seeds with %j takes %j', (seeds, settings, expected) => {
  expect(fewerSeeds(setupWith(seeds, settings))).toEqual(expected);
});

it('changes nothing but the seeds, in one round and without controls, whatever the settings say of these', () => {
  const setup = setupWith(24, { votes: 3, rounds: 2 });
  const point = pointSetup({ id: 'whole', setup }, 6);
  const settings = { votes: 3, seedCount: 6, controls: [], rounds: 1 };
  expect(point).toEqual({
    ...setup,
    parameters: { ...setup.parameters, controls: [], rounds: 1, settings },
    sweepOf: 'whole',
  });
  expect(runTitle(point)).toBe('biomedicine · 6 examples');
  expect(runTitle(setup)).toBe('biomedicine');
  expect(fewerSeeds(point)).toEqual([]);
});

it('finds its points among all runs, a finished one before a later one that is not, and what is missing', () => {
  const swept = { id: 'whole', setup: setupWith(24) };
  const stored = (id: string, seeds: number, status: RunSummary['status'], of = swept): RunSummary => ({
    ...{ id, status, title: '', createdAt: 0 },
    snapshot: pointSetup(of, seeds),
  });
  const runs = [
    stored('later', 3, 'cancelled'),
    stored('done', 3, 'finished'),
    stored('half', 12, 'interrupted'),
    stored('of another', 6, 'finished', { ...swept, id: 'another' }),
  ];
  const points = seedPoints(swept, runs);
  expect(points.map(({ seeds, run }) => [seeds, run?.id])).toEqual([
    [3, 'done'],
    [6, undefined],
    [12, 'half'],
  ]);
  expect(seedCounts(points)).toBe('3, 6 and 12 examples');
  expect(missingPoints(points).map(({ seeds }) => seeds)).toEqual([6, 12]);
});
