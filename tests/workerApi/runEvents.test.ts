import { expect, it } from 'vitest';
import type { LoadedModel } from '../../src/engine/loadModel.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { toRunEvent } from '../../workers/runEvents.ts';

const vector = new Float32Array(1);
const checkpoint = {
  ...{ step: 1, tokens: 1, config: {} },
  ...{ parameters: vector, firstMoment: vector, secondMoment: vector },
};

it.each<[TrainingEvent, boolean]>([
  [{ type: 'evaluation', step: 0, loss: 1 }, true],
  [{ type: 'smallerBatch', step: 3, batchSize: 4 }, true],
  [{ type: 'skippedStep', step: 3, lossScale: 2 }, true],
  [{ type: 'checkpoint', checkpoint }, false],
  [{ type: 'paused', checkpoint }, false],
  [{ type: 'finished', step: 3, isStopped: false, parameters: vector }, false],
])('of training, the page hears of what happens, not of parameters: $type', async (event, isTold) => {
  const whole = { type: 'training', model: 'specialized', round: 1, event } as const;
  expect(await toRunEvent(whole, {} as LoadedModel)).toEqual(isTold ? whole : null);
});
