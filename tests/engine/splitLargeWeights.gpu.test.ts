import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitLargeWeights } from '../../src/engine/splitLargeWeights.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { tapConsole } from '../../src/runtime/placement.ts';
import { firstLogits } from '../support/firstLogits.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { smallLimit, stepOn, tinyLlama, trainingGraph } from './splitModels.ts';

tapConsole();

describe.skipIf(!hasWebGpu)('on WebGPU a decoder cut for a small device', () => {
  const dtypes = ['fp32', 'q4'] as const;
  let device: Device;
  beforeAll(async () => {
    device = await createBrowserDevice({ provider: 'webgpu' });
  });
  afterAll(() => device.dispose());

  it.each(dtypes)('of %s looks up the same rows, bit for bit', async (dtype) => {
    const model = tinyLlama(dtype);
    const split = splitLargeWeights(model, smallLimit[dtype], 'tables');
    expect(await firstLogits(device, split)).toEqual(await firstLogits(device, model));
  });

  it.each(dtypes)('of %s has the same logits with every matrix in pieces, within rounding', async (dtype) => {
    const model = tinyLlama(dtype);
    const [expected, actual] = [
      await firstLogits(device, model),
      await firstLogits(device, splitLargeWeights(model, smallLimit[dtype])),
    ];
    expected.forEach((x, i) => expect(actual[i]).toBeCloseTo(x, 3));
  });

  // `stepOn` creates sessions that are refused where any node would run on the CPU.
  it('of q4 trains on the GPU entirely: the same loss, and gradient within rounding', async () => {
    const model = tinyLlama('q4');
    const [whole, split] = [trainingGraph(model, null), trainingGraph(model, smallLimit.q4)];
    expect(split.nodes.length).toBeGreaterThan(whole.nodes.length);
    const [expected, actual] = [await stepOn(device, whole), await stepOn(device, split)];
    expect(actual['loss']![0]).toBeCloseTo(expected['loss']![0]!, 5);
    const [a, b] = [actual['gradient']!, expected['gradient']!];
    const norm = (x: Float32Array) => Math.hypot(...x);
    expect(norm(a.map((x, i) => x - b[i]!)) / norm(b)).toBeLessThan(1e-4);
  });
});
