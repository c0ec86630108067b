import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder, type ExportOptions } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import { loadTokenizer } from '../../src/generation/loadTokenizer.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import type { Model } from '../../src/graph/model.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import { readSafetensors } from '../../src/lora/safetensors.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from '../exporter/randomCheckpoint.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';

const greedy: CompletionRequest = { maxNewTokens: 10, temperature: 0, topP: 1, seed: 0, stop: [] };
const prompts = ['5 6 7', '8', '9 10 11 12 13 14', '15 16'];
const forms: Record<string, Partial<ExportOptions>> = {
  current: {},
  'without bias and kept logits': { attentionBias: false, numLogitsToKeep: false },
  'with position ids': { positionIds: true },
};

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

async function generator(model: Model, config: object, tokenizer: Tokenizer, batchSize: number) {
  const graph = encodeModel(buildGenerationModel(model, findLoraTargets(model, 'all-linear')));
  const session = await device.createSession({ graph, weights: { files: [] } });
  return new TextGenerator({ device, session, config, tokenizer, batchSize }).languageModel(null);
}

describe.each(Object.keys(tinyConfigs) as TinyFamily[])('a %s decoder', (family) => {
  it.each(Object.keys(forms).flatMap((form) => (['q4', 'q4f16'] as const).map((dtype) => ({ form, dtype }))))(
    'writes the same in a batch as alone ($form, $dtype)',
    async ({ form, dtype }) => {
      const config = tinyConfigs[family];
      const model = exportDecoder({ config, tensors: randomCheckpoint(family), dtype, ...forms[form] });
      const tokenizer = numberTokenizer([99]);
      const alone = await (await generator(model, config, tokenizer, 1)).complete(prompts, greedy);
      const together = await (await generator(model, config, tokenizer, 4)).complete(prompts, greedy);
      expect(together).toEqual(alone);
      expect(new Set(alone.map(({ text }) => text)).size).toBeGreaterThan(1);
    },
  );
});

const stories = join(import.meta.dirname, '../../../shared/reference/TinyStories-656K');

describe.skipIf(!existsSync(stories))('TinyStories-656K', () => {
  const read = (name: string) => readFileSync(join(stories, name));
  const json = (name: string) => JSON.parse(read(name).toString()) as Record<string, unknown>;

  it.each(['fp32', 'q4'] as const)('writes stories in %s, in batches as alone', async (dtype) => {
    const tokenizer = await loadTokenizer(async (name) =>
      existsSync(join(stories, name)) ? read(name).toString() : null,
    );
    const config = json('config.json');
    const { tensors } = readSafetensors(read('model.safetensors'));
    const model = exportDecoder({ config, tensors, dtype });
    const starts = ['Once upon a time,', 'Lily and Ben', 'The little dog was very sad because'];
    const request = { ...greedy, maxNewTokens: 40 };
    const alone = await (await generator(model, config, tokenizer, 1)).complete(starts, request);
    const together = await (await generator(model, config, tokenizer, 3)).complete(starts, request);
    expect(together).toEqual(alone);
    expect(alone[0]!.text).toMatch(/^an? \w+ \w*\s?named [A-Z]\w+.*\. /);
  });
});
