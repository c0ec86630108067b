import { expect, it } from 'vitest';
import { describeStorage } from '../../src/ui/start/storageWords.ts';

it.each([
  [425e6, 21e9, 'Models 425 MB, runs and adapters 3.2 MB. Room for 21 GB more.'],
  [0, null, 'Runs and adapters 3.2 MB.'],
  [0, 4e8, 'Runs and adapters 3.2 MB. Only 400 MB are left: delete models or runs that you no longer need.'],
])('puts %d bytes of models and room for %s more in words', (modelBytes, freeBytes, words) => {
  expect(describeStorage({ modelBytes, workBytes: 3.2e6, freeBytes, isKept: false })).toBe(words);
});
