import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder, type ExportOptions } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { CompletionRequest, GenerationProgress } from '../../src/generation/completion.ts';
import { followsMask } from '../../src/generation/maskPositions.ts';
import { seededRandom } from '../../src/generation/seededRandom.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, DeviceTensor, WeightFiles } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from '../exporter/randomCheckpoint.ts';
import { cacheRowsOf } from '../support/cacheRows.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { tinyGenerator } from '../support/tinyGenerator.ts';
import { readTraced, tracedFamilies, weightsOf } from '../support/tracedModels.ts';

const greedy: CompletionRequest = { maxNewTokens: 14, temperature: 0, topP: 1, seed: 0, stop: [] };
// So many of the vocabulary end a row that rows end at all lengths.
const endTokenIds = [3, 11, 19, 27, 35];

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

/** Prompts of 1 to 20 random tokens; with `fillsContext`, every second has 50 to 62, to end a context of 64 soon. */
function randomPrompts(count: number, seed: number, vocabulary: number, fillsContext = false): string[] {
  const uniform = seededRandom(seed, 0);
  const below = (limit: number) => Math.floor(uniform() * limit);
  return Array.from({ length: count }, (_, i) => {
    const length = fillsContext && i % 2 === 1 ? 50 + below(13) : 1 + below(20);
    return Array.from({ length }, () => 4 + below(vocabulary - 4)).join(' ');
  });
}

interface Decoder {
  readonly model: Model;
  readonly config: object;
  readonly weights?: WeightFiles;
  readonly fileName?: string;
}

/** The same model one prompt at a time, and five at a time with exchanged rows. */
async function generators({ model, config, weights = { files: [] }, fileName }: Decoder) {
  const built = buildGenerationModel(model, []);
  const graph = encodeModel(built, fileName === undefined ? {} : { modelFileName: fileName });
  const session = await device.createSession({ graph, weights });
  const parts = { device, session, config, tokenizer: numberTokenizer(endTokenIds) };
  expect(followsMask(built)).toBe(true);
  const cacheRows = await cacheRowsOf(device, session);
  return {
    alone: new TextGenerator({ ...parts, batchSize: 1 }).languageModel(null),
    continuous: new TextGenerator({ ...parts, batchSize: 5, cacheRows }).languageModel(null),
  };
}

async function expectTheSame(decoder: Decoder, vocabulary: number, fillsContext = false): Promise<void> {
  const { alone, continuous } = await generators(decoder);
  const prompts = randomPrompts(17, 1, vocabulary, fillsContext);
  const ends = new Set<number>();
  for (const request of [greedy, { ...greedy, temperature: 1, topP: 0.9, seed: 1 }]) {
    const expected = await alone.complete(prompts, request);
    expect(await continuous.complete(prompts, request)).toEqual(expected);
    for (const { tokens } of expected) ends.add(tokens);
  }
  expect(ends.size).toBeGreaterThan(4); // rows end at many lengths
}

const forms: Record<string, Partial<ExportOptions>> = {
  'rotations inside of attention': {},
  'packed attention without bias': { packedAttention: true, attentionBias: false, numLogitsToKeep: false },
  'position ids': { positionIds: true },
};
const families = ['llama', 'qwen2', 'phi3', 'gemma2', 'gemma3'] as const satisfies readonly TinyFamily[];

describe.each(families)('a %s decoder whose rows are exchanged', (family) => {
  it.each(Object.keys(forms))('writes token for token what it writes alone (%s)', async (form) => {
    const config = tinyConfigs[family];
    const options = { config, tensors: randomCheckpoint(family), dtype: 'q4', ...forms[form] } as const;
    await expectTheSame({ model: exportDecoder(options), config }, 50, true);
  });
});

it('a decoder in half precision does so too', async () => {
  const config = tinyConfigs.llama;
  const model = exportDecoder({ config, tensors: randomCheckpoint('llama'), dtype: 'fp16' });
  await expectTheSame({ model, config }, 50);
});

it.each(tracedFamilies)('a traced %s decoder does so too', async (family) => {
  const traced = await readTraced(family);
  const { decoder: model, config, fileName } = traced;
  await expectTheSame({ model, config, fileName, weights: weightsOf(traced) }, 30);
});

describe('a batch', () => {
  const prompts = randomPrompts(40, 5, 40);

  /** How many rows each run of the model had, and the last progress. */
  async function observe(request: Partial<CompletionRequest>, hasFixedBatches = false) {
    let progress: GenerationProgress | undefined;
    const batches: number[] = [];
    const order: number[] = [];
    const generator = await tinyGenerator(device, {
      batchSize: 8,
      endTokenIds,
      hasFixedBatches,
      onRun: (feeds) => batches.push((feeds['input_ids'] as DeviceTensor).dims[0]!),
    });
    const completions = await generator.languageModel(null).complete(prompts, {
      ...{ ...greedy, temperature: 1, maxNewTokens: 30 },
      ...request,
      onProgress: (now) => (progress = now),
      onCompletion: (index) => order.push(index),
    });
    return { completions, batches, order, progress: progress! };
  }

  it('keeps its rows busy while prompts wait, and says how busy', async () => {
    const { progress } = await observe({});
    const fixed = await observe({}, true);
    expect(fixed.progress.busyRows).toBeLessThan(0.7);
    expect(progress.busyRows).toBeGreaterThan(0.9);
    expect(progress.tokens).toBe(fixed.progress.tokens);
    expect([progress.completed, progress.prompts]).toEqual([40, 40]);
  });

  it('shrinks to its live rows when nothing waits', async () => {
    const { batches } = await observe({});
    expect(Math.max(...batches)).toBe(8);
    expect(batches.at(-1)).toBe(1);
  });

  it('is filled in an order that depends on the tokens alone', async () => {
    const [first, again] = [await observe({}), await observe({ gate: () => new Promise((go) => setTimeout(go, 1)) })]; // prettier-ignore
    expect(again.order).toEqual(first.order);
    expect(again.batches).toEqual(first.batches);
    expect(again.completions).toEqual(first.completions);
  });

  it('waits at a gate, and goes on where it was', async () => {
    let open = (): void => {};
    let steps = 0;
    const { completions } = await observe({});
    const gate = () => (++steps === 6 ? new Promise<void>((go) => (open = go)) : Promise.resolve());
    const held = observe({ gate });
    while (steps < 6) await new Promise((go) => setTimeout(go, 5));
    await new Promise((go) => setTimeout(go, 50));
    expect(steps).toBe(6);
    open();
    expect((await held).completions).toEqual(completions);
  });

  it('is left while it waits at a gate, and others can be asked', async () => {
    const abort = new AbortController();
    const generator = await tinyGenerator(device, { batchSize: 3, endTokenIds });
    const base = generator.languageModel(null);
    let steps = 0;
    const gate = () => (++steps === 3 ? new Promise<void>(() => {}) : Promise.resolve());
    const held = base.complete(prompts, { ...greedy, gate, signal: abort.signal });
    const left = held.catch((error: Error) => error.message);
    while (steps < 3) await new Promise((go) => setTimeout(go, 5));
    abort.abort(new Error('enough'));
    expect(await left).toBe('enough');
    await generator.idle();
    expect(await base.complete(['5 6 7'], greedy)).toHaveLength(1);
  });

  it('samples each prompt from its own stream, whichever request it is part of', async () => {
    const { completions } = await observe({});
    const generator = await tinyGenerator(device, { batchSize: 3, endTokenIds });
    const some = [31, 7, 22];
    const request = { ...greedy, temperature: 1, maxNewTokens: 30, streams: some };
    const base = generator.languageModel(null);
    const alone = await base.complete(some.map((i) => prompts[i]!), request); // prettier-ignore
    expect(alone).toEqual(some.map((i) => completions[i]));
    await expect(base.complete(['5'], request)).rejects.toThrow(
      'There are 1 prompts, but 3 streams; give one for each.',
    );
  });
});
