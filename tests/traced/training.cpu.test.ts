import { it } from 'vitest';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { followTraced, readTraced, tracedFamilies } from '../support/tracedModels.ts';

it.each(tracedFamilies)('training a traced %s on CPU follows PyTorch for 32 steps', async (family) => {
  const device = createNodeDevice({ threads: 1 });
  await followTraced(await readTraced(family), device);
  await device.dispose();
});
