import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { expectSame, modelInBrowser, startParameters } from '../support/streamedRun.ts';
import { countingRows } from '../support/tinyProgram.ts';

let device: Device;
beforeAll(async () => {
  device = await createBrowserDevice({ provider: 'wasm' });
});
afterAll(() => device.dispose());

const rows = countingRows(4);

it('training in pieces from OPFS on WASM is training in one session, to the last bit', async () => {
  const { programs, weights } = await modelInBrowser('streamingWasm');
  await expectSame(programs, { device, weights, rows }, 0);
});

it('ends with a checkpoint and one sentence when the weights vanish from OPFS', async () => {
  const { programs, weights, remove } = await modelInBrowser('streamingVanishing');
  const { streamed, whole } = programs;
  const parameters = startParameters(whole.layout.size);
  const events: TrainingEvent[] = [];
  const run = async () => {
    const options = { ...defaultTrainingOptions, duration: { steps: 2 } };
    for await (const event of train({ device, programs: [streamed], weights, parameters, rows, options })) {
      events.push(event);
      if (event.type === 'step') await remove();
    }
  };
  await expect(run()).rejects.toThrow(
    /^The weight file model_q4\.onnx_data cannot be read \(.+\); put it back and resume from the last checkpoint\.$/,
  );
  expect(events.at(-1)).toMatchObject({ type: 'checkpoint', checkpoint: { step: 1 } });
});
