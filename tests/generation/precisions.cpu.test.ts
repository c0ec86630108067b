import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { firstLogits as logitsOn } from '../support/firstLogits.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { quantizedForms, quantizeDecoder } from '../support/quantizedForms.ts';
import { tinyDecoder } from '../support/tinyDecoder.ts';
import { randomAdapter } from '../support/tinyGenerator.ts';

const config = tinyConfigs.llama;
const float = exportDecoder({ config, tensors: randomCheckpoint('llama'), dtype: 'fp32' });

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

const firstLogits = (model: Model) => logitsOn(device, model);

const bits = (numbers: Float32Array) => new Uint32Array(numbers.slice().buffer);

describe.each(quantizedForms)('a decoder of %s', (form) => {
  const { quantized } = quantizeDecoder(float, form);
  const targets = findLoraTargets(quantized, 'all-linear');
  it('with an adapter of zeros is the base, bit for bit', async () => {
    expect(targets).toHaveLength(14);
    const base = await firstLogits(buildGenerationModel(quantized, []));
    expect(bits(await firstLogits(buildGenerationModel(quantized, targets)))).toEqual(bits(base));
  });

  it('of an older export computes the last logits only, as they were', async () => {
    const older = quantizeDecoder(tinyDecoder(), form).quantized;
    const all = await firstLogits(older);
    const last = await firstLogits(buildGenerationModel(older, []));
    expect([all.length, last.length]).toEqual([120, 40]);
    // What is rounded as it comes has one scale for all rows of a call, so fewer rows may round otherwise.
    const most = /dynamic/i.test(form) ? 0.02 : 5e-5;
    all.slice(-40).forEach((x, i) => expect(Math.abs(last[i]! - x)).toBeLessThan(most));
  });

  it('writes, and otherwise with an adapter', async () => {
    const graph = encodeModel(buildGenerationModel(quantized, targets));
    const session = await device.createSession({ graph, weights: { files: [] } });
    const generator = new TextGenerator({ device, session, config, tokenizer: numberTokenizer([99]) });
    const request = { maxNewTokens: 8, temperature: 0, topP: 1, seed: 0, stop: [] };
    const [base] = await generator.languageModel(null).complete(['5 6 7'], request);
    const [adapted] = await generator
      .languageModel(randomAdapter(targets, 4, 3))
      .complete(['5 6 7'], request);
    expect(base!.tokens).toBe(8);
    expect(adapted!.text).not.toBe(base!.text);
  });
});
