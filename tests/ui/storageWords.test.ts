import { expect, it } from 'vitest';
import { describeStorage } from '../../src/ui/start/storageWords.ts';

it.each([
  [49e6, 425e6, 21e9, 'This page 49 MB, models 425 MB, runs and adapters 3.2 MB. Room for 21 GB more.'],
  [0, 0, null, 'Runs and adapters 3.2 MB.'],
  [
    0,
    0,
    4e8,
    'Runs and adapters 3.2 MB. Only 400 MB are left: delete models or runs that you no longer need.',
  ],
])(
  'puts %d bytes of the page, %d of models and room for %s more in words',
  (appBytes, modelBytes, freeBytes, words) => {
    expect(describeStorage({ appBytes, modelBytes, workBytes: 3.2e6, freeBytes, isKept: false })).toBe(words);
  },
);
