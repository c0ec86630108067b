import { expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { fetchFixture } from '../support/fetchFixture.ts';
import { followTrajectory, readTrajectory } from '../support/trajectory.ts';

it.each(['llama', 'gemma3'])('training %s on WASM follows PyTorch for 32 steps', async (family) => {
  const device = await createBrowserDevice({ provider: 'wasm' });
  expect(device.provider).toBe('wasm');
  await followTrajectory(await readTrajectory(family, fetchFixture), device);
  await device.dispose();
});
