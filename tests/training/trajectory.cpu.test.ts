import { readFile } from 'node:fs/promises';
import { it } from 'vitest';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { compilePacked, followTrajectory, readTrajectory, recordedFamilies } from '../support/trajectory.ts';

it.each(recordedFamilies)('training %s on CPU follows PyTorch for 32 steps', async (family) => {
  const device = createNodeDevice({ threads: 1 });
  await followTrajectory(await readTrajectory(family, readFile), device);
  await device.dispose();
});

it.each(['llama', 'gemma3'] as const)(
  'training %s with two rows in a line follows PyTorch, which had a line for each',
  async (family) => {
    const device = createNodeDevice({ threads: 1 });
    await followTrajectory(await readTrajectory(family, readFile), device, compilePacked);
    await device.dispose();
  },
);
