import { afterAll, describe, expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { capturePlacement, tapConsole } from '../../src/runtime/placement.ts';
import { defaultTrainingOptions, type TrainingOptions } from '../../src/training/options.ts';
import { optimizerKeeps } from '../../src/training/optimizerState.ts';
import { learningRateAt } from '../../src/training/schedule.ts';
import { train } from '../../src/training/train.ts';
import type { StepEvent } from '../../src/training/trainingEvents.ts';
import { ReferenceAdamW, referenceLoss } from '../support/referenceTraining.ts';
import { countingRows, startParameters, tinyProgram } from '../support/tinyProgram.ts';
import { hasWebGpu } from '../support/webgpu.ts';

tapConsole();

const program = tinyProgram({ batchSize: 2, sequenceLength: 8, maxSupervised: 14 });
const rows = countingRows(7);
const options: TrainingOptions = {
  ...defaultTrainingOptions,
  duration: { steps: 6 },
  learningRate: 0.05,
  gradientAccumulationSteps: 2,
  weightDecay: 0.1,
  maxGradNorm: 0.5,
  shuffle: false,
  evaluateEvery: 3,
};

/** Steps and final parameters on the textbook implementation. */
function reference() {
  const optimizer = new ReferenceAdamW(startParameters());
  const steps = Array.from({ length: 6 }, (_, i) => {
    const batch = Array.from({ length: 4 }, (_unused, k) => rows[(i * 4 + k) % rows.length]!);
    const { loss, gradient } = referenceLoss(batch, optimizer.parameters);
    const rate = learningRateAt(i, { ...options, totalSteps: 6 });
    return { loss, gradNorm: optimizer.step(gradient, rate, 0.1, 0.5) };
  });
  return { steps, parameters: optimizer.parameters };
}

describe.skipIf(!hasWebGpu)('the optimizer graph on WebGPU', async () => {
  const device = hasWebGpu ? await createBrowserDevice({ provider: 'webgpu' }) : null;
  afterAll(() => device?.dispose());

  it('runs on the GPU entirely', async () => {
    const source = { graph: program.optimizerGraph, weights: { files: [] } };
    const create = () => device!.createSession(source, { logPlacement: true, keepOnDevice: optimizerKeeps });
    const { placement } = await capturePlacement(create);
    expect(Object.keys(placement.nodeCounts)).toEqual(['WebGpuExecutionProvider']);
  });
});

// WebGPU first: a page that began with WASM has loaded an onnxruntime without WebGPU.
describe.each(['webgpu', 'wasm'] as const)('training in the browser on %s', (provider) => {
  it.skipIf(provider === 'webgpu' && !hasWebGpu)('follows a textbook implementation', async () => {
    const device = await createBrowserDevice({ provider });
    const steps: StepEvent[] = [];
    let parameters = new Float32Array();
    const input = {
      device,
      programs: [program],
      weights: { files: [] },
      parameters: startParameters(),
      rows,
      options,
    };
    for await (const event of train({ ...input, evaluationRows: rows })) {
      if (event.type === 'step') steps.push(event);
      if (event.type === 'finished') parameters = new Float32Array(event.parameters);
    }
    const expected = reference();
    expect(steps).toHaveLength(6);
    steps.forEach(({ loss, gradNorm }, i) => {
      expect(loss).toBeCloseTo(expected.steps[i]!.loss, 4);
      expect(gradNorm).toBeCloseTo(expected.steps[i]!.gradNorm, 4);
    });
    parameters.forEach((value, i) => expect(value).toBeCloseTo(expected.parameters[i]!, 3));
    await device.dispose();
  });
});
