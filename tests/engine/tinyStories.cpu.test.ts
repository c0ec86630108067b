import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { fineTuneTinyStories } from '../../tools/studies/fineTuneTinyStories.ts';

const reference = '../shared/reference';

it.skipIf(!existsSync(reference))(
  'a real 4-bit checkpoint learns instructions, and with the adapter off tells the story it told before',
  async () => {
    const device = createNodeDevice({ threads: 1 });
    const settings = {
      trainingRows: 160,
      heldOutRows: 24,
      steps: 16,
      batchSize: 8,
      storyTokens: 40,
      stories: 4,
    };
    const outcome = await fineTuneTinyStories({ reference, ...settings, learningRate: 3e-3 }, device);
    await device.dispose();
    expect(outcome.adaptedLoss).toBeLessThan(outcome.baseLoss - 0.5);
    expect(outcome.storyLossBefore).toBeLessThan(3.5);
    expect(Math.abs(outcome.storyLossAfter - outcome.storyLossBefore)).toBeGreaterThan(0.001);
    expect(outcome.storyBefore).toMatch(/^an? \w+ \w*\s?named [A-Z]\w+/);
    expect(outcome.storyAdapterOff).toBe(outcome.storyBefore);
    expect(outcome.storyAdapterOn).not.toBe(outcome.storyBefore);
  },
  600_000,
);
