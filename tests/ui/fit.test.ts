import { expect, it, vi } from 'vitest';
import { App } from '../../src/ui/store/app.ts';
import { describeTrainingFit } from '../../src/ui/store/memoryWords.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { inMemoryServices } from './support/inMemory.ts';
import { recordedEngine } from './support/recordedEngine.ts';

const budgetBytes = 4e9;

it.each([
  [{ fit: 'fits', totalBytes: 9e8, advice: [] }, 'Training takes about 900 MB of memory: that fits.'],
  [
    { fit: 'tight', totalBytes: 3.6e9, advice: [] },
    'Training takes about 3.6 GB of memory: that is tight. Close other tabs and programs first.',
  ],
  [
    { fit: 'does not fit', totalBytes: 7e9, advice: ['Take 4 instead of 8 rows at a time.'] },
    'Training takes about 7.0 GB of memory, more than the 4.0 GB counted on here. Take 4 instead of 8 rows at a time.',
  ],
] as const)('whether training $fit is said in words', (fit, words) => {
  expect(describeTrainingFit({ ...fit, budgetBytes })).toBe(words);
});

it(
  'is worked out when the model is ready, and again once the numbers stand still',
  { timeout: 30_000 },
  async () => {
    const engine = recordedEngine(0);
    const asked: number[] = [];
    const noting: typeof engine = {
      ...engine,
      planTraining: (model, shape) => (asked.push(shape.batchSize), engine.planTraining(model, shape)),
    };
    const ready = () => Promise.resolve();
    const app = new App(inMemoryServices(serveSpecializer(noting, ready), serveChat(noting, ready)));
    const fit = () => app.store.getState().fit?.fit;
    await app.begin('');
    await vi.waitFor(() => expect(fit()).toBe('fits'), 15_000);
    const parameters = app.store.getState().parameters!;
    for (const batchSize of [6, 64]) app.setParameters({ ...parameters, batchSize });
    app.setParameters({ ...parameters, batchSize: 64, tasks: 7 });
    expect(fit()).toBeUndefined();
    await vi.waitFor(() => expect(fit()).toBe('does not fit'), 15_000);
    expect(asked).toEqual([parameters.batchSize, 64]);
  },
);
