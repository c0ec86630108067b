import { describe, expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { requestGpuDevice } from '../../src/runtime/gpuDevice.ts';
import type { TrainingCheckpoint } from '../../src/training/checkpoint.ts';
import { defaultTrainingOptions, type TrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import { tinyGenerator } from '../support/tinyGenerator.ts';
import { countingRows, startParameters, tinyProgram } from '../support/tinyProgram.ts';
import { hasWebGpu } from '../support/webgpu.ts';

const options: TrainingOptions = {
  ...defaultTrainingOptions,
  duration: { steps: 5 },
  learningRate: 0.05,
  shuffle: false,
  checkpointEvery: 1,
};

const training = {
  programs: [tinyProgram({ batchSize: 2, sequenceLength: 8, maxSupervised: 14 })],
  weights: { files: [] },
  parameters: startParameters(),
  rows: countingRows(7),
  options,
};

interface Trained {
  readonly losses: number[];
  checkpoint?: TrainingCheckpoint;
}

/** Trains to the end, noting losses and the last checkpoint in `trained`. */
async function runTraining(
  device: Device,
  trained: Trained,
  {
    onCheckpoint,
    resumeFrom,
  }: { onCheckpoint?: (step: number) => void; resumeFrom?: TrainingCheckpoint } = {},
): Promise<void> {
  for await (const event of train({ ...training, device, ...(resumeFrom && { resumeFrom }) })) {
    if (event.type === 'step') trained.losses.push(event.loss);
    if (event.type !== 'checkpoint') continue;
    trained.checkpoint = event.checkpoint;
    onCheckpoint?.(event.checkpoint.step);
  }
}

const lost = {
  name: 'RuntimeFailure',
  kind: 'device-lost',
  message: expect.stringMatching(
    /^The GPU was lost \(.*\); try again: a run goes on from its last checkpoint\.$/,
  ),
};

// A device that is really lost, at a moment when work is under way; a run that hangs would end these by their time limit.
describe.skipIf(!hasWebGpu)('a GPU that is lost', { timeout: 120_000 }, () => {
  it('ends training with one sentence, and another device goes on from the checkpoint', async () => {
    const gpuDevice = await requestGpuDevice();
    const device = await createBrowserDevice({ gpuDevice });
    const cut: Trained = { losses: [] };
    // The loss comes a moment after the event, while the next step is being computed.
    const onCheckpoint = (step: number) => void (step === 2 && setTimeout(() => gpuDevice.destroy()));
    await expect(runTraining(device, cut, { onCheckpoint })).rejects.toMatchObject(lost);
    await device.dispose();

    const other = await createBrowserDevice({ provider: 'wasm' });
    const whole: Trained = { losses: [] };
    await runTraining(other, whole);
    const resumed: Trained = { losses: [] };
    await runTraining(other, resumed, { resumeFrom: cut.checkpoint! });
    expect(cut.checkpoint!.step).toBe(2);
    const stitched = [...cut.losses.slice(0, 2), ...resumed.losses];
    expect(stitched).toHaveLength(5);
    stitched.forEach((loss, i) => expect(loss).toBeCloseTo(whole.losses[i]!, 4));
    await other.dispose();
  });

  it('ends generation with one sentence, and whatever is asked after it', async () => {
    const gpuDevice = await requestGpuDevice();
    const device = await createBrowserDevice({ gpuDevice });
    let runs = 0;
    const onRun = () => void (++runs === 3 && setTimeout(() => gpuDevice.destroy()));
    const model = (await tinyGenerator(device, { onRun })).languageModel(null);
    const request = { maxNewTokens: 50, temperature: 0, topP: 1, seed: 0, stop: [] };
    await expect(model.complete(['5 6 7', '8'], request)).rejects.toMatchObject(lost);
    await expect(model.complete(['5 6 7'], request)).rejects.toMatchObject(lost);
    await expect(tinyGenerator(device)).rejects.toMatchObject(lost);
    await device.dispose();
  });
});
