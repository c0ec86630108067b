import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { tinyConfig } from '../support/tinyDecoder.ts';
import {
  randomAdapter,
  tinyGenerator,
  tinyModel as model,
  tinyTargets as targets,
  type TinyGeneratorOptions,
} from '../support/tinyGenerator.ts';

const greedy: CompletionRequest = { maxNewTokens: 12, temperature: 0, topP: 1, seed: 0, stop: [] };
const sampled: CompletionRequest = { ...greedy, temperature: 1, topP: 0.95, seed: 7 };
const prompts = ['5 6 7', '8', '9 10 11 12 13 14', '15 16', '17 18 19 20', '21 22 23'];

let device: Device;
let runs = 0;

const generator = (options: TinyGeneratorOptions = {}) =>
  tinyGenerator(device, { ...options, onRun: () => (runs += 1) });

const texts = (completions: readonly { text: string }[]) => completions.map(({ text }) => text);

beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

describe.each([{ hasFixedBatches: false }, { hasFixedBatches: true }])('batched generation, %o', (how) => {
  const generator = (options: TinyGeneratorOptions = {}) => tinyGenerator(device, { ...options, ...how });

  it('gives left-padded rows what they get alone', async () => {
    const single = await (await generator({ batchSize: 1 })).languageModel(null).complete(prompts, greedy);
    const batched = await (await generator({ batchSize: 6 })).languageModel(null).complete(prompts, greedy);
    expect(texts(batched)).toEqual(texts(single));
    expect(new Set(texts(single)).size).toBeGreaterThan(3); // the rows differ, so the comparison means something
  });

  it('answers conversations through the template', async () => {
    const base = (await generator()).languageModel(null);
    const [chat] = await base.complete([[{ role: 'user', content: '5 6 7' }]], greedy);
    const [raw] = await base.complete(['3 5 6 7 4'], greedy);
    expect(chat).toEqual(raw);
  });

  it('ends rows at the end token, each at its own step, and leaves the token out of the text', async () => {
    const free = await (await generator()).languageModel(null).complete(prompts, greedy);
    const end = Number(free[0]!.text.trim().split(' ')[3]);
    const ended = await (
      await generator({ endTokenIds: [end] })
    )
      .languageModel(null)
      .complete(prompts, greedy);
    ended.forEach(({ text, tokens, finishReason }, i) => {
      const words = free[i]!.text.trim().split(' ');
      const at = words.indexOf(`${end}`);
      const kept = at < 0 ? words : words.slice(0, at);
      expect(text).toBe(kept.map((word) => ` ${word}`).join(''));
      expect([tokens, finishReason]).toEqual(at < 0 ? [12, 'length'] : [at + 1, 'stop']);
    });
    expect(new Set(ended.map(({ tokens }) => tokens)).size).toBeGreaterThan(1);
  });

  it('ends before a stop string', async () => {
    const base = (await generator()).languageModel(null);
    const [free] = await base.complete(['5 6 7'], sampled);
    const words = free!.text.trim().split(' ');
    // The first two tokens that occur together only where they stand.
    const stopAt = (k: number) => ` ${words[k]} ${words[k + 1]}`;
    const before = (k: number) =>
      words
        .slice(0, k)
        .map((word) => ` ${word}`)
        .join('');
    const at = words.findIndex((_, k) => k > 1 && free!.text.indexOf(stopAt(k)) === before(k).length);
    const [stopped] = await base.complete(['5 6 7'], { ...sampled, stop: ['never', stopAt(at)] });
    expect(stopped).toEqual({ text: before(at), finishReason: 'stop', tokens: at + 2 });
  });

  it('gives a prompt near the end of the context what is left, and the others everything', async () => {
    const long = Array.from({ length: 60 }, (_, i) => 5 + (i % 30)).join(' ');
    const base = (await generator()).languageModel(null);
    const [short, cut] = await base.complete(['5 6 7', long], greedy);
    expect([short!.tokens, cut!.tokens, cut!.finishReason]).toEqual([12, 4, 'length']);
  });

  it('refuses a prompt that fills the context', async () => {
    const long = Array.from({ length: 64 }, () => 5).join(' ');
    await expect((await generator()).languageModel(null).complete(['5', long], greedy)).rejects.toThrow(
      "Prompt 2 has 64 tokens, which fills the model's context of 64; shorten it.",
    );
  });

  it('reports completions, text and progress as they come', async () => {
    const base = (await generator()).languageModel(null);
    const seen: number[] = [];
    const partial: string[] = [];
    const tokens: number[] = [];
    const completions = await base.complete(prompts, {
      ...greedy,
      onCompletion: (index, completion) => seen.push(index) && expect(completion.tokens).toBe(12),
      onText: (index, text) => index === 1 && partial.push(text),
      onProgress: (progress) => tokens.push(progress.tokens),
    });
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(partial).toHaveLength(12);
    expect(partial.at(-1)).toBe(completions[1]!.text);
    expect(tokens.at(-1)).toBe(72);
  });
});

describe('sampling', () => {
  it('repeats itself for a seed, whatever the batches', async () => {
    const first = await (await generator({ batchSize: 6 })).languageModel(null).complete(prompts, sampled);
    const again = await (await generator({ batchSize: 4 })).languageModel(null).complete(prompts, sampled);
    expect(texts(again)).toEqual(texts(first));
  });

  it('is greedy at a temperature close to 0', async () => {
    const base = (await generator()).languageModel(null);
    const cold = await base.complete(prompts, { ...sampled, temperature: 1e-6 });
    expect(cold).toEqual(await base.complete(prompts, greedy));
  });

  it('differs between seeds', async () => {
    const base = (await generator()).languageModel(null);
    const first = await base.complete(prompts, sampled);
    const other = await base.complete(prompts, { ...sampled, seed: 8 });
    expect(texts(other)).not.toEqual(texts(first));
  });

  it('gives equal prompts of one request different completions', async () => {
    const base = (await generator()).languageModel(null);
    const same = await base.complete(['5 6', '5 6', '5 6'], sampled);
    expect(new Set(texts(same)).size).toBe(3);
  });
});

describe('adapters', () => {
  it('change what is written, and are gone when the base is asked again', async () => {
    const generating = await generator();
    const base = generating.languageModel(null);
    const adapted = generating.languageModel(randomAdapter(targets, 4, 3));
    const before = await base.complete(prompts, greedy);
    const changed = await adapted.complete(prompts, greedy);
    const after = await base.complete(prompts, greedy);
    expect(texts(changed)).not.toEqual(texts(before));
    expect(after).toEqual(before);
  });

  it('answer their own requests when several run at once', async () => {
    const generating = await generator();
    const base = generating.languageModel(null);
    const adapted = generating.languageModel(randomAdapter(targets, 4, 3));
    const alone = [await base.complete(prompts, greedy), await adapted.complete(prompts, greedy)];
    const together = await Promise.all([base.complete(prompts, greedy), adapted.complete(prompts, greedy)]);
    expect(together).toEqual(alone);
  });

  it('of zeros write what the untouched model writes, bit for bit', async () => {
    const plain = await device.createSession({
      graph: encodeModel(buildGenerationModel(model, [])),
      weights: { files: [] },
    });
    const injected = await device.createSession({
      graph: encodeModel(buildGenerationModel(model, targets)),
      weights: { files: [] },
    });
    const [expected, actual] = [await firstLogits(plain), await firstLogits(injected)];
    expect(Buffer.compare(Buffer.from(actual.buffer), Buffer.from(expected.buffer))).toBe(0);
  });

  it('may leave modules out', async () => {
    const generating = await generator();
    const some = targets.filter(({ module }) => module.endsWith('q_proj'));
    const changed = await generating.languageModel(randomAdapter(some, 2, 5)).complete(prompts, greedy);
    expect(texts(changed)).not.toEqual(texts(await generating.languageModel(null).complete(prompts, greedy)));
  });

  it('must fit the model', async () => {
    const generating = await generator();
    const foreign = targets.map((target) => ({ ...target, module: `${target.module}x` }));
    const wide = targets.map((target) => ({ ...target, inFeatures: target.inFeatures + 1 }));
    expect(() => generating.languageModel(randomAdapter(foreign, 2, 5))).toThrow(
      /q_projx.lora_A, which this/,
    );
    expect(() => generating.languageModel(randomAdapter(wide, 2, 5))).toThrow(
      /is \[17, 2\], but the model needs/,
    );
  });
});

describe('the generation graph', () => {
  it('computes the logits of the last position only, as the untouched model has them', async () => {
    const untouched = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
    const built = await device.createSession({
      graph: encodeModel(buildGenerationModel(model, [])),
      weights: { files: [] },
    });
    const [all, last] = [await firstLogits(untouched), await firstLogits(built)];
    expect(last).toHaveLength(40);
    expect(last).toEqual(all.slice(-40));
  });
});

describe('an abort', () => {
  it('rejects with its reason after the running step', async () => {
    const abort = new AbortController();
    let steps = 0;
    const base = (await generator()).languageModel(null);
    const request = base.complete(prompts, {
      ...greedy,
      signal: abort.signal,
      onProgress: () => ++steps === 3 && abort.abort(new Error('enough')),
    });
    await expect(request).rejects.toThrow('enough');
    expect(steps).toBe(3);
    expect(await base.complete(['5 6 7'], greedy)).toHaveLength(1); // the generator is still usable
  });

  it('before the start runs nothing', async () => {
    const base = (await generator()).languageModel(null);
    const signal = AbortSignal.abort(new Error('never'));
    const before = runs;
    await expect(base.complete(prompts, { ...greedy, signal })).rejects.toThrow('never');
    expect(runs).toBe(before);
  });
});

describe('failures', () => {
  it('of a run are reported as the runtime words them, and do not stop later requests', async () => {
    const base = (await generator()).languageModel(null);
    await expect(base.complete(['99'], greedy)).rejects.toThrow(/graph/); // token 99 is outside the vocabulary of 40
    expect(await base.complete(['5 6 7'], greedy)).toHaveLength(1);
  });

  it('name a model type without a generation class', async () => {
    const graph = encodeModel(buildGenerationModel(model, targets));
    const session = await device.createSession({ graph, weights: { files: [] } });
    const parts = { device, session, tokenizer: numberTokenizer() };
    expect(() => new TextGenerator({ ...parts, config: { ...tinyConfig, model_type: 'abacus' } })).toThrow(
      /no text-generation class for the model type "abacus"/,
    );
  });

  it.each([
    [{ maxNewTokens: 0 }, 'maxNewTokens is 0; give a whole number from 1.'],
    [{ temperature: -1 }, 'temperature is -1; give 0 (greedy) or more.'],
    [{ topP: 0 }, 'topP is 0; give a number above 0, at most 1.'],
  ])('name a bad setting: %o', async (setting, message) => {
    const base = (await generator()).languageModel(null);
    await expect(base.complete(['5'], { ...greedy, ...setting })).rejects.toThrow(message);
  });
});

/** Logits of a first step over [5, 6, 7], with zeros of rank 1 for adapter inputs. */
async function firstLogits(session: Awaited<ReturnType<Device['createSession']>>): Promise<Float32Array> {
  const feeds = Object.fromEntries(
    session.inputMetadata.map(({ name, shape = [] }) => {
      if (name === 'input_ids') return [name, device.upload(BigInt64Array.of(5n, 6n, 7n), [1, 3])];
      if (name === 'attention_mask') return [name, device.upload(BigInt64Array.of(1n, 1n, 1n), [1, 3])];
      const past = name.startsWith('past');
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : past && dim !== 'batch_size' ? 0 : 1));
      return [name, device.upload(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)];
    }),
  );
  const { logits } = await session.run(feeds, ['logits']);
  return (await device.download(logits!)) as Float32Array;
}
