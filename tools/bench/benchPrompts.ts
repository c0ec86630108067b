import { ModelSession, type ModelSessionOptions } from '../../src/engine/modelSession.ts';
import { loadGraph, type LoadedModel } from '../../src/engine/loadModel.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import { createRandom } from '../../src/random.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { modelShapes, type ModelShape } from './shapes.ts';
import { writeShape } from './writeShape.ts';

const promptTokens = 400;
const continuations = 64;
const batchSize = 16;

/** What a call took. */
interface Taken {
  /** Rows of the runs that read the shared tokens, and tokens of all runs that read prompts, padding included. */
  readonly prefills: number;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly seconds: number;
  readonly firstTokenSeconds: number;
}

/**
 * Lets a model in a real one's shape, with random weights, continue prompts that begin alike, with and without reading what
 * they share once; and writes with 16 rows at a time and with one. Prints Markdown tables.
 */
export async function benchPrompts(shape: ModelShape): Promise<void> {
  const device = createNodeDevice();
  const reads = watchReads(device);
  const model = await randomModel(shape);
  const measure = async (options: ModelSessionOptions, prompts: readonly string[], maxNewTokens: number) => {
    const session = new ModelSession(model, device, options);
    const ask = session.languageModel(null);
    await ask.complete(['5 6'], request(1)); // creates the sessions
    reads.length = 0;
    const start = performance.now();
    let first = 0;
    const onText = () => (first ||= performance.now() - start);
    const completions = await ask.complete(prompts, { ...request(maxNewTokens), onText });
    const seconds = (performance.now() - start) / 1000;
    await session.releaseGeneration();
    return {
      prefills: reads.filter(([, length]) => length >= promptTokens).reduce((sum, [rows]) => sum + rows, 0),
      promptTokens: reads.reduce((sum, [rows, length]) => sum + rows * length, 0),
      newTokens: completions.reduce((sum, { tokens }) => sum + tokens, 0),
      seconds,
      firstTokenSeconds: first / 1000,
    };
  };
  await comparePrefixes(measure);
  await compareBatches(measure);
  await device.dispose();
}

type Measure = (
  options: ModelSessionOptions,
  prompts: readonly string[],
  maxNewTokens: number,
) => Promise<Taken>;

async function comparePrefixes(measure: Measure): Promise<void> {
  const head = randomPrompt('head', promptTokens);
  const kinds = {
    'one prompt': Array.from({ length: continuations }, () => head),
    'and 20 own tokens': Array.from({ length: continuations }, (_, i) => `${head} ${randomPrompt(i, 20)}`),
  };
  console.log(
    `\n| ${continuations} x ${promptTokens} tokens | prompts read | tokens read | s | first token s |\n| --- | --: | --: | --: | --: |`,
  );
  for (const [kind, prompts] of Object.entries(kinds)) {
    for (const repeatsPrefixes of [true, false]) {
      const taken = await measure({ batchSize, repeatsPrefixes }, prompts, 1);
      const name = `${kind}, ${repeatsPrefixes ? 'each row' : 'read once'}`;
      const times = [taken.seconds.toFixed(1), taken.firstTokenSeconds.toFixed(1)];
      console.log(`| ${[name, taken.prefills, taken.promptTokens, ...times].join(' | ')} |`);
    }
  }
}

async function compareBatches(measure: Measure): Promise<void> {
  const prompts = Array.from({ length: batchSize }, (_, i) => randomPrompt(i, 16));
  const rates: number[] = [];
  console.log('\n| rows at a time | tokens/s | first token s |\n| --: | --: | --: |');
  for (const rows of [1, batchSize]) {
    const { newTokens, seconds, firstTokenSeconds } = await measure({ batchSize: rows }, prompts, 48);
    rates.push(newTokens / seconds);
    console.log(`| ${rows} | ${rates.at(-1)!.toFixed(0)} | ${firstTokenSeconds.toFixed(2)} |`);
  }
  console.log(`\n${batchSize} rows write ${(rates[1]! / rates[0]!).toFixed(1)} times as fast as one.`);
}

const request = (maxNewTokens: number): CompletionRequest => ({
  ...{ maxNewTokens, temperature: 0, topP: 1, seed: 1, stop: [] },
});

function randomPrompt(seed: string | number, tokens: number): string {
  const random = createRandom('bench', seed);
  return Array.from({ length: tokens }, () => 10 + random.below(1000)).join(' ');
}

/** Notes [rows, tokens] of every run that reads more than one token a row, in all sessions that the device creates from now on. */
function watchReads(device: Device): (readonly [number, number])[] {
  const reads: (readonly [number, number])[] = [];
  const create = device.createSession.bind(device);
  device.createSession = async (source, options) => {
    const session = await create(source, options);
    const run = session.run.bind(session);
    session.run = (feeds, fetches) => {
      const [rows = 0, length = 0] = feeds['input_ids']?.dims ?? [];
      if (length > 1) reads.push([rows, length]);
      return run(feeds, fetches);
    };
    return session;
  };
  return reads;
}

async function randomModel(shape: ModelShape): Promise<LoadedModel> {
  const graph = await loadGraph(modelDirectory(await writeShape(shape)), 'q4');
  const origin = { id: shape, revision: '', dtype: 'q4' } as const;
  return { ...graph, config: modelShapes[shape], tokenizer: numbers, baseModel: shape, origin };
}

/** Text is token numbers with spaces between; no token ends a row. */
const numbers: Tokenizer = {
  encode: (text) => text.split(' ').filter(Boolean).map(Number),
  decode: (ids) => ids.map((id) => ` ${id}`).join(''),
  hasChatTemplate: false,
  applyChatTemplate: () => [],
  bosTokenId: null,
  eosTokenId: 0,
  endTokenIds: [],
  padTokenId: 0,
};
