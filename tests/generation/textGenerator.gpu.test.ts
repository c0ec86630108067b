import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel, cacheOutputs } from '../../src/generation/buildGenerationModel.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import { expandSoftcapAttention } from '../../src/generation/softcapAttention.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { cacheRowsOf } from '../support/cacheRows.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { randomAdapter, tinyGenerator, tinyTargets, watchedSession } from '../support/tinyGenerator.ts';
import { hasWebGpu } from '../support/webgpu.ts';

const greedy: CompletionRequest = { maxNewTokens: 5, temperature: 0, topP: 1, seed: 0, stop: [] };
const prompts = ['5 6 7', '8', '9 10 11 12 13 14', '15 16'];

function itGenerates(provider: 'wasm' | 'webgpu'): void {
  // One device for all: software GPUs take seconds to compile a device's shaders.
  let device: Device;
  beforeAll(async () => {
    device = await createBrowserDevice({ provider });
  });
  afterAll(() => device.dispose());

  it('gives left-padded rows what they get alone', async () => {
    const single = await (
      await tinyGenerator(device, { batchSize: 1 })
    )
      .languageModel(null)
      .complete(prompts, greedy);
    const batched = await (
      await tinyGenerator(device, { batchSize: 4 })
    )
      .languageModel(null)
      .complete(prompts, greedy);
    expect(batched).toEqual(single);
    expect(new Set(single.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it('gives rows that take the places of finished ones what they get alone', async () => {
    const more = [...prompts, '17 18 19 20', '21 22 23', '24', '25 26 27 28 29 30 31'];
    // One of three tokens ends a row, so that rows end at all lengths.
    const endTokenIds = Array.from({ length: 12 }, (_, i) => 3 * i + 4);
    const longer = { ...greedy, maxNewTokens: 12, temperature: 1, topP: 0.9 };
    const single = await tinyGenerator(device, { batchSize: 1, endTokenIds, hasFixedBatches: true });
    const expected = await single.languageModel(null).complete(more, longer);
    const batches: number[] = [];
    const places = new Set<string>();
    const exchanging = await tinyGenerator(device, {
      batchSize: 3,
      endTokenIds,
      onRun: (feeds) => {
        batches.push(feeds['input_ids']!.dims[0]!);
        const cache = Object.entries(feeds).filter(([name]) => name.startsWith('past'));
        for (const [, { dims, location }] of cache) if (dims[2]! > 0) places.add(location);
      },
    });
    expect(await exchanging.languageModel(null).complete(more, longer)).toEqual(expected);
    expect(new Set(expected.map(({ tokens }) => tokens)).size).toBeGreaterThan(2);
    expect([...places]).toEqual([provider === 'webgpu' ? 'gpu-buffer' : 'cpu']); // no cache is ever read back
    expect(batches.filter((rows) => rows < 3).length).toBeGreaterThan(2); // prompts were read one or two at a time
  });

  it('gives rows after a prefix that was read once what they get alone', async () => {
    // In software, onnxruntime's WebGPU kernel for GroupQueryAttention reads 32 tokens or more wrongly, whoever asks; here
    // attention is in standard ops.
    const config = tinyConfigs.gemma2;
    const decoder = exportDecoder({ config, tensors: randomCheckpoint('gemma2'), dtype: 'fp32' });
    const graph = encodeModel(expandSoftcapAttention(buildGenerationModel(decoder, [])));
    const keepOnDevice = cacheOutputs(decoder);
    const session = await device.createSession({ graph, weights: { files: [] } }, { keepOnDevice });
    const cacheRows = await cacheRowsOf(device, session);
    const head = Array.from({ length: 32 }, (_, i) => 4 + ((i * 7) % 25)).join(' ');
    const rests = ['5 6', '8 9 10', '11 12 13 14', '15 16 17'].map((rest) => `${head} ${rest}`);
    const write = async (worthRun: number, batchSize: number) => {
      const heads: (readonly number[])[] = [];
      const watched = watchedSession(
        session,
        ({ input_ids: ids }) => ids!.dims[1]! > 20 && heads.push(ids!.dims),
      );
      const parts = { device, session: watched, config, tokenizer: numberTokenizer([99]), cacheRows };
      const generator = new TextGenerator({ ...parts, worthRun, batchSize });
      return {
        texts: await generator.languageModel(null).complete(rests, greedy),
        heads,
      };
    };
    const [alone, sharing] = [await write(Infinity, 1), await write(10, 3)];
    expect(sharing.texts).toEqual(alone.texts);
    expect(new Set(alone.texts.map(({ text }) => text)).size).toBeGreaterThan(1);
    expect([alone.heads.length, sharing.heads]).toEqual([4, [[1, 32]]]);
  });

  it('exchanges adapters without a new session', async () => {
    const generating = await tinyGenerator(device);
    const base = generating.languageModel(null);
    const adapted = generating.languageModel(randomAdapter(tinyTargets, 4, 3));
    const before = await base.complete(prompts, greedy);
    const changed = await adapted.complete(prompts, greedy);
    expect(changed).not.toEqual(before);
    expect(await base.complete(prompts, greedy)).toEqual(before);
    adapted.dispose();
    expect(await base.complete(prompts, greedy)).toEqual(before);
  });

  it('hears an abort that arrives as a message while it generates', async () => {
    const base = (await tinyGenerator(device)).languageModel(null);
    const abort = new AbortController();
    let steps = 0;
    const request = base.complete(prompts, {
      ...greedy,
      maxNewTokens: 50,
      signal: abort.signal,
      onProgress: () => {
        if (++steps > 1) return;
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => abort.abort(new Error('cancelled')));
        port1.start();
        port2.postMessage('stop');
        for (const until = performance.now() + 30; performance.now() < until;) void 0; // a slow step
      },
    });
    await expect(request).rejects.toThrow('cancelled');
    expect(steps).toBeLessThan(50);
  });

  it('works again after a failed run', async () => {
    const base = (await tinyGenerator(device)).languageModel(null);
    const broken = base.complete([Array.from({ length: 50 }, () => '1e9').join(' ')], greedy);
    if (provider === 'wasm') await expect(broken).rejects.toThrow(/tiny graph/);
    else await broken.catch(() => undefined); // WebGPU reads zeros outside a table instead of failing
    expect(await base.complete(['5 6 7'], greedy)).toHaveLength(1);
  });

  it('asks no other server for anything', async () => {
    performance.clearResourceTimings();
    const base = (await tinyGenerator(device)).languageModel(null);
    await base.complete(prompts, greedy);
    const foreign = performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => !name.startsWith(location.origin) && !name.startsWith('blob:'));
    expect(foreign).toEqual([]);
  });
}

// WebGPU first: a page that began with WASM has loaded an onnxruntime without WebGPU.
describe.skipIf(!hasWebGpu)('generation on WebGPU', () => {
  itGenerates('webgpu');
});
describe('generation on WASM', () => {
  itGenerates('wasm');
});
