import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import { findLoraTargets, type LoraTarget } from '../../src/lora/targets.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { quantizedForms, quantizeDecoder } from '../support/quantizedForms.ts';
import { randomAdapter } from '../support/tinyGenerator.ts';

const config = tinyConfigs.llama;
const float = exportDecoder({ config, tensors: randomCheckpoint('llama'), dtype: 'fp32' });

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

describe.each(quantizedForms)('a decoder of %s', (form) => {
  const { quantized } = quantizeDecoder(float, form);
  const targets = findLoraTargets(quantized, 'all-linear');
  const sessionOf = (adapted: readonly LoraTarget[]) =>
    device.createSession({
      graph: encodeModel(buildGenerationModel(quantized, adapted)),
      weights: { files: [] },
    });

  /** Logits after three tokens; what the graph has of adapters is zero. */
  async function logits(adapted: readonly LoraTarget[]): Promise<Uint32Array> {
    const session = await sessionOf(adapted);
    const ids = device.upload(BigInt64Array.of(5n, 6n, 7n), [1, 3]);
    const feeds = session.inputMetadata.map(({ name, shape = [] }) => {
      if (name === 'input_ids') return [name, ids] as const;
      if (name === 'attention_mask')
        return [name, device.upload(BigInt64Array.of(1n, 1n, 1n), [1, 3])] as const;
      if (name === 'num_logits_to_keep') return [name, device.upload(BigInt64Array.of(1n), [])] as const;
      const free = name.startsWith('past') ? 0 : 1;
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : dim === 'batch_size' ? 1 : free));
      return [name, device.upload(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)] as const;
    });
    const outputs = await session.run(Object.fromEntries(feeds), ['logits']);
    return new Uint32Array(((await device.download(outputs['logits']!)) as Float32Array).slice().buffer);
  }

  it('with an adapter of zeros is the base, bit for bit', async () => {
    expect(targets).toHaveLength(14);
    expect(await logits(targets)).toEqual(await logits([]));
  });

  it('writes, and otherwise with an adapter', async () => {
    const session = await sessionOf(targets);
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
