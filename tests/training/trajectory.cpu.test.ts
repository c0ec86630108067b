import { readFile } from 'node:fs/promises';
import { it } from 'vitest';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { followTrajectory, readTrajectory, recordedFamilies } from '../support/trajectory.ts';

it.each(recordedFamilies)('training %s on CPU follows PyTorch for 32 steps', async (family) => {
  const device = createNodeDevice({ threads: 1 });
  await followTrajectory(await readTrajectory(family, readFile), device);
  await device.dispose();
});
