import { afterAll, describe, expect, it } from 'vitest';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { Device, Session } from '../../src/runtime/device.ts';
import type { Score } from '../../src/specialize/languageModel.ts';
import {
  adapterOf,
  generationOutput,
  logLikelihoodFrom,
  scoredRows,
  scoredTokens,
  sessionOn,
} from './scoringModel.ts';

const device = createNodeDevice({ threads: 1 });
afterAll(() => device.dispose());

const adapters = [
  ['the base model', null],
  ['an adapter', adapterOf(4, 3)],
] as const;

describe.each(adapters)('with %s', (_name, adapter) => {
  it('a log-likelihood is what the logits of the generation graph say', async () => {
    const logitsOf = await generationOutput(device, adapter, 'logits');
    const scores = await sessionOn(device).languageModel(adapter).score(scoredRows);
    for (const [i, { ids, counted }] of scoredTokens.entries()) {
      expect(scores[i]!.tokens).toBe(counted);
      const expected = await logLikelihoodFrom(logitsOf, ids, counted);
      expect(Math.abs(scores[i]!.logLikelihood - expected)).toBeLessThan(1e-4);
    }
  });

  it('an embedding is the mean of the normed hidden states', async () => {
    const hiddenOf = await generationOutput(device, adapter, 'hidden');
    const texts = scoredTokens.map(({ ids }) => ids.join(' '));
    const points = await sessionOn(device).languageModel(adapter).embed(texts);
    for (const [i, { ids }] of scoredTokens.entries()) {
      // The end token that closes each of these texts is not part of a prompt.
      const own = ids.at(-1) === 1 ? ids.slice(0, -1) : ids;
      const hidden = await hiddenOf(own);
      expect(points[i]).toHaveLength(16);
      points[i]!.forEach((x, d) => {
        const mean = own.reduce((sum, _id, t) => sum + hidden[t * 16 + d]!, 0) / own.length;
        expect(Math.abs(x - mean)).toBeLessThan(1e-4);
      });
    }
  });
});

it('rows do not influence each other, however they are batched and padded', async () => {
  const one = sessionOn(device, 1).languageModel(null);
  const alone: Score[] = [];
  for (const row of scoredRows) alone.push(...(await one.score([row])));
  const together = await sessionOn(device, 5).languageModel(null).score(scoredRows);
  together.forEach(({ logLikelihood }, i) =>
    expect(Math.abs(logLikelihood - alone[i]!.logLikelihood)).toBeLessThan(1e-5),
  );
});

it('the base model and adapters of other ranks take turns, and completions in between', async () => {
  const session = sessionOn(device);
  const [small, large] = [adapterOf(2, 5), adapterOf(4, 3)];
  const scoresOf = async (adapter: typeof small | null) =>
    (await session.languageModel(adapter).score(scoredRows)).map(({ logLikelihood }) => logLikelihood);
  const base = await scoresOf(null);
  const adapted = await scoresOf(small);
  expect(adapted).not.toEqual(base);
  expect(await scoresOf(large)).not.toEqual(adapted);
  const request = { maxNewTokens: 2, temperature: 0, topP: 1, seed: 1, stop: [] };
  expect(await session.languageModel(null).complete(['5 6'], request)).toHaveLength(1);
  expect(await scoresOf(small)).toEqual(adapted);
  expect(await scoresOf(null)).toEqual(base);
  const both = await Promise.all([scoresOf(null), scoresOf(small)]);
  expect(both).toEqual([base, adapted]);
});

it('tells each score once and how far it has come', async () => {
  const told = new Map<number, number>();
  const progress: [number, number][] = [];
  const scores = await sessionOn(device, 2)
    .languageModel(null)
    .score(scoredRows, {
      onScore: (index, { logLikelihood }) => told.set(index, logLikelihood),
      onProgress: (done, total) => progress.push([done, total]),
    });
  expect(scoredRows.map((_, i) => told.get(i))).toEqual(scores.map(({ logLikelihood }) => logLikelihood));
  expect(progress).toEqual([[2, 5], [4, 5], [5, 5]]); // prettier-ignore
});

it('an abort ends the work between two batches and leaves the session usable', async () => {
  const model = sessionOn(device, 1).languageModel(null);
  const stop = new AbortController();
  const scored: number[] = [];
  const aborted = model.score(scoredRows, {
    signal: stop.signal,
    onScore: (index) => {
      scored.push(index);
      stop.abort(new Error('Enough.'));
    },
  });
  await expect(aborted).rejects.toThrow('Enough.');
  expect(scored).toHaveLength(1);
  expect(await model.score(scoredRows)).toHaveLength(5);
});

it('refuses rows and texts that the model cannot read, and adapters of another model', async () => {
  const model = sessionOn(device).languageModel(null);
  const long = { prompt: '5 '.repeat(63), completion: '6' };
  await expect(model.score([scoredRows[0]!, long])).rejects.toThrow(
    'Row 2 to be scored has 65 tokens, more than the 64 that the model reads; shorten its prompt.',
  );
  await expect(model.embed(['5', ''])).rejects.toThrow('Text 2 has no token');
  const adapter = adapterOf(2, 1);
  const { entries } = adapter.layout;
  const foreign = {
    ...adapter,
    layout: { ...adapter.layout, entries: [{ ...entries[0]!, name: 'x.lora_A' }] },
  };
  await expect(sessionOn(device).languageModel(foreign).score(scoredRows)).rejects.toThrow(
    /The adapter's x\.lora_A is \[16, 2\], but the model has no such matrix/,
  );
});

it('cuts a text to be embedded where the model ends reading', async () => {
  const [long, whole] = await sessionOn(device)
    .languageModel(null)
    .embed(['5 '.repeat(70), '5 '.repeat(64)]);
  expect(long).toEqual(whole);
});

describe('sessions', () => {
  /** The CPU, counting the sessions that are open. */
  function counting() {
    let open = 0;
    const labels: string[] = [];
    const createSession: Device['createSession'] = async (source, options) => {
      const session = await device.createSession(source, options);
      labels.push(options?.label ?? '');
      open++;
      const dispose: Session['dispose'] = () => {
        open--;
        return session.dispose();
      };
      const run: Session['run'] = (feeds, fetches) => session.run(feeds, fetches);
      const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
      return { inputNames, outputNames, inputMetadata, outputMetadata, run, dispose };
    };
    const watched = Object.assign(Object.create(device) as Device, { createSession });
    return { watched, labels, open: () => open };
  }

  it('are kept for the next call of the same kind and released by releaseGeneration', async () => {
    const { watched, labels, open } = counting();
    const session = sessionOn(watched);
    const model = session.languageModel(null);
    await model.score(scoredRows);
    await model.score(scoredRows);
    expect(labels).toEqual(['scoring graph for 16 tokens', 'scoring graph for 30 tokens']);
    await model.embed(['5 6']);
    expect([labels.at(-1), open()]).toEqual(['pooling graph for 2 tokens', 1]);
    await model.complete(['5'], { maxNewTokens: 1, temperature: 0, topP: 1, seed: 1, stop: [] });
    expect([labels.at(-1), open()]).toEqual(['generation graph', 1]);
    await model.score(scoredRows);
    expect(open()).toBe(2);
    await session.releaseGeneration();
    expect(open()).toBe(0);
  });

  it('of a failed run are released as well, and the next call works', async () => {
    const { watched, open } = counting();
    let fails = true;
    const failing = Object.assign(Object.create(watched) as Device, {
      createSession: (async (source, options) => {
        const session = await watched.createSession(source, options);
        const run: Session['run'] = (feeds) => {
          if (fails) throw new Error('The device is gone.');
          return session.run(feeds);
        };
        return { ...session, run };
      }) satisfies Device['createSession'],
    });
    const session = sessionOn(failing);
    const model = session.languageModel(null);
    await expect(model.score(scoredRows)).rejects.toThrow('The device is gone.');
    fails = false;
    expect(await model.score(scoredRows)).toHaveLength(5);
    await session.releaseGeneration();
    expect(open()).toBe(0);
  });
});
