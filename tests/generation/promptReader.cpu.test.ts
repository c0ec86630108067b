import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder, type ExportOptions } from '../../src/exporter/exportDecoder.ts';
import { AdapterSession } from '../../src/generation/adapterSession.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import { disposeCache } from '../../src/generation/cache.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import { CompletionRow } from '../../src/generation/completionRow.ts';
import { DecoderSteps } from '../../src/generation/decoderSteps.ts';
import { PromptReader } from '../../src/generation/promptReader.ts';
import { findSharedPrefixes } from '../../src/generation/sharedPrefixes.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import type { Model } from '../../src/graph/model.ts';
import { scalingInput } from '../../src/lora/injectLora.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, DeviceTensor, WeightFiles } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from '../exporter/randomCheckpoint.ts';
import { cacheRowsOf } from '../support/cacheRows.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { randomAdapter, tinyGenerator, tinyTargets } from '../support/tinyGenerator.ts';
import { readTraced, tracedFamilies, weightsOf } from '../support/tracedModels.ts';

const greedy: CompletionRequest = { maxNewTokens: 10, temperature: 0, topP: 1, seed: 0, stop: [] };
const sampled: CompletionRequest = { ...greedy, temperature: 1, topP: 0.9, seed: 3 };
const endTokenIds = [3, 11, 19];

const head = Array.from({ length: 40 }, (_, i) => 4 + ((i * 7) % 25));
const rest = (seed: number, length: number) =>
  Array.from({ length }, (_, i) => 4 + ((seed * 11 + i * i * 5) % 25));
/** Up to 8 tokens after one head, and one prompt that begins otherwise. */
const different = [
  ...Array.from({ length: 8 }, (_, i) => [...head, ...rest(i, 1 + i)]),
  [5, ...head.slice(1), 6],
];
const equal = different.map(() => head);

const promptsOf = (ids: readonly (readonly number[])[]) => ids.map((row) => row.join(' '));

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

interface Decoder {
  readonly model: Model;
  readonly config: object;
  readonly weights?: WeightFiles;
  readonly fileName?: string;
}

async function expectTheSame(decoder: Decoder): Promise<void> {
  const { model, config, weights = { files: [] }, fileName } = decoder;
  const graph = encodeModel(buildGenerationModel(model, []), fileName ? { modelFileName: fileName } : {});
  const session = await device.createSession({ graph, weights });
  const cacheRows = await cacheRowsOf(device, session);
  const tokenizer = numberTokenizer(endTokenIds);
  const bound = new AdapterSession(session, new Set([scalingInput]));
  bound.bind({ [scalingInput]: device.hostTensor(Float32Array.of(1), [1]) });
  const steps = new DecoderSteps(device, bound, null, tokenizer);
  for (const prompts of [different, equal]) {
    const rows = prompts.map((ids, index) => new CompletionRow({ index, ids, room: 10 }, greedy, tokenizer));
    const found = findSharedPrefixes(prompts, 10);
    const prefixes = new Map(rows.flatMap((row, i) => (found[i] ? [[row, found[i]] as const] : [])));
    expect(prefixes.size).toBeGreaterThan(7);
    const reader = new PromptReader({ decoder: steps, cacheRows, batchSize: 16 }, prefixes);
    const { cached, logits } = await reader.read(rows, async () => {});
    for (const [i, row] of cached.rows.entries()) {
      const alone = await steps.run({ ids: [row.prompt.ids], cached: [0], past: null });
      expect(cached.cached[i]).toBe(row.prompt.ids.length);
      expect(logits[i]).toEqual(alone.logits); // to the last bit
      disposeCache(alone.cache);
    }
    expect(new Set(cached.rows)).toEqual(new Set(rows));
    disposeCache(cached.cache);
    const parts = { device, session, config, tokenizer, cacheRows };
    const write = (worthRun: number, batchSize: number, request: CompletionRequest) =>
      new TextGenerator({ ...parts, worthRun, batchSize })
        .languageModel(null)
        .complete(promptsOf(prompts), request);
    // Beside others, half precision rounds what follows the prompt so that a sampled token may change.
    for (const [batchSize, request] of [
      [3, greedy],
      [1, sampled],
    ] as const)
      expect(await write(1, batchSize, request)).toEqual(await write(Infinity, 1, request));
  }
}

const forms: Record<string, Partial<ExportOptions>> = {
  current: {},
  'packed attention without bias': { packedAttention: true, attentionBias: false, numLogitsToKeep: false },
  'position ids': { positionIds: true },
};

describe.each(Object.keys(tinyConfigs) as TinyFamily[])('a %s decoder after a shared prefix', (family) => {
  it.each(Object.keys(forms).flatMap((form) => (['q4', 'q4f16'] as const).map((dtype) => ({ form, dtype }))))(
    'reads and writes what it does alone ($form, $dtype)',
    async ({ form, dtype }) => {
      const config = tinyConfigs[family];
      const options = { config, tensors: randomCheckpoint(family), dtype, ...forms[form] };
      await expectTheSame({ model: exportDecoder(options), config });
    },
  );
});

it.each(tracedFamilies)('a traced %s decoder does so too', async (family) => {
  const traced = await readTraced(family);
  const { decoder: model, config, fileName } = traced;
  await expectTheSame({ model, config, fileName, weights: weightsOf(traced) });
});

describe('reading prompts', () => {
  /** Tokens [rows, length] of every run that read prompts. */
  async function observe(prompts: readonly (readonly number[])[], options = {}, request = sampled) {
    const runs: (readonly number[])[] = [];
    const onRun = (feeds: Readonly<Record<string, DeviceTensor>>) => {
      const { dims } = feeds['input_ids'] as DeviceTensor;
      if (dims[1]! > 1) runs.push(dims);
    };
    const generator = await tinyGenerator(device, { endTokenIds, onRun, ...options });
    const base = generator.languageModel(null);
    return { completions: await base.complete(promptsOf(prompts), request), runs, generator, base };
  }

  it('takes one run for 64 continuations of one prompt', async () => {
    const prompts = Array.from({ length: 64 }, () => head);
    const { runs, completions } = await observe(prompts);
    expect(runs).toEqual([[1, 40]]);
    expect(new Set(completions.map(({ text }) => text)).size).toBeGreaterThan(32);
    const apart = await observe(prompts, { worthRun: Infinity });
    expect(apart.runs.reduce((sum, [rows]) => sum + rows!, 0)).toBe(64);
    expect(completions).toEqual(apart.completions);
  });

  it('reads a shared prefix once, also for rows that take the places of finished ones', async () => {
    const prompts = Array.from({ length: 30 }, (_, i) => [...head, ...rest(i, 2 + (i % 5))]);
    const { runs } = await observe(prompts, { batchSize: 8 });
    expect(runs.filter(([, length]) => length! >= 38)).toEqual([[1, 40]]);
    expect(runs).toHaveLength(31);
  });

  it('keeps no more prefixes than the batch has rows', async () => {
    const other = head.map((id) => 30 - id);
    const prompts = [head, other, head, other].map((ids, i) => [...ids, ...rest(i, 3)]);
    const heads = async (batchSize: number) => (await observe(prompts, { batchSize, worthRun: 1 })).runs.filter(([, length]) => length === 40).length; // prettier-ignore
    expect([await heads(2), await heads(1)]).toEqual([2, 4]);
  });

  it('reads it for each adapter', async () => {
    const { base, generator } = await observe(different);
    const { generator: apart } = await observe(different, { batchSize: 1, worthRun: Infinity });
    const adapter = randomAdapter(tinyTargets, 4, 3);
    const ask = (model: typeof base) => model.complete(promptsOf(different), greedy);
    const [adapted, alone] = [generator.languageModel(adapter), apart.languageModel(adapter)];
    const [before, changed, after] = [await ask(base), await ask(adapted), await ask(base)];
    expect(changed).toEqual(await ask(alone));
    expect(changed).not.toEqual(before);
    expect(after).toEqual(before);
  });

  it('ends between two runs when it is aborted', async () => {
    const abort = new AbortController();
    let runs = 0;
    const generator = await tinyGenerator(device, {
      onRun: () => {
        if (++runs === 3) abort.abort(new Error('enough'));
      },
    });
    const base = generator.languageModel(null);
    const request = base.complete(promptsOf(different), { ...greedy, signal: abort.signal });
    await expect(request).rejects.toThrow('enough');
    expect(runs).toBe(3);
    expect(await base.complete(['5 6 7'], greedy)).toHaveLength(1);
  });
});
