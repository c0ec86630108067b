import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitLargeWeights } from '../../src/engine/splitLargeWeights.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { tapConsole } from '../../src/runtime/placement.ts';
import { firstLogits } from '../support/firstLogits.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { smallLimit, tinyLlama } from './splitModels.ts';

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
});
