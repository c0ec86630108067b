import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, Session } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
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

/** Feeds of a first step over three tokens; what a graph has of adapters is zero. */
function firstStep(session: Session) {
  const ids = device.upload(BigInt64Array.of(5n, 6n, 7n), [1, 3]);
  const known = new Map([
    ['input_ids', ids],
    ['attention_mask', device.upload(BigInt64Array.of(1n, 1n, 1n), [1, 3])],
    ['num_logits_to_keep', device.upload(BigInt64Array.of(1n), [])],
  ]);
  const feeds = session.inputMetadata.map(({ name, shape = [] }) => {
    const free = name.startsWith('past') ? 0 : 1;
    const dims = shape.map((dim) => (typeof dim === 'number' ? dim : dim === 'batch_size' ? 1 : free));
    const zeros = () => device.upload(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
    return [name, known.get(name) ?? zeros()] as const;
  });
  return Object.fromEntries(feeds);
}

async function firstLogits(model: Model): Promise<Float32Array> {
  const session = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const { logits } = await session.run(firstStep(session), ['logits']);
  return (await device.download(logits!)) as Float32Array;
}

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
    all.slice(-40).forEach((x, i) => expect(last[i]).toBeCloseTo(x, 4));
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
