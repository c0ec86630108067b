import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tallyOf, type DownloadProgress } from '../../src/hub/progress.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

it('adds files up, knows the time left from the pace, and does not tell every piece', () => {
  const told: DownloadProgress[] = [];
  const files = [
    { path: 'a', size: 1000 },
    { path: 'b', size: 3000 },
  ];
  const tally = tallyOf(files, (progress) => told.push(progress));
  tally('a', 0);
  for (let second = 1; second <= 4; second++) {
    vi.advanceTimersByTime(1000);
    tally('b', second * 500);
    tally('b', second * 500 + 1);
  }
  expect(told.map(({ bytes }) => bytes)).toEqual([0, 500, 1000, 1500, 2000]);
  expect(told[0]?.secondsLeft).toBeNull();
  expect(told.at(-1)).toMatchObject({ totalBytes: 4000, secondsLeft: 4 });
  tally('a', 1000);
  tally('b', 3000);
  expect(told.at(-1)).toMatchObject({ bytes: 4000, secondsLeft: 0 });
  expect(told.at(-1)?.files).toEqual(files.map((file) => ({ ...file, bytes: file.size })));
});

it('lets go of what a broken download had counted', () => {
  const told: number[] = [];
  const tally = tallyOf([{ path: 'a', size: 10 }], ({ bytes }) => told.push(bytes));
  tally('a', 8);
  vi.advanceTimersByTime(200);
  tally('a', 0);
  expect(told).toEqual([8, 0]);
});
