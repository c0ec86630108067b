import type { LoadedModel } from '../../src/engine/loadModel.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import { uploadAdapter, uploadZeroAdapter } from '../../src/generation/adapterTensors.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { Model } from '../../src/graph/model.ts';
import { adapterLayout, scalingOf, type Adapter } from '../../src/lora/adapter.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, DeviceTensor, Session } from '../../src/runtime/device.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { tinyConfig } from '../support/tinyDecoder.ts';
import { randomAdapter, tinyModel, tinyTargets } from '../support/tinyGenerator.ts';

/** The small decoder as a loaded model; its text is token numbers, 1 ends an answer. */
export const loaded: LoadedModel = {
  decoder: { decoder: tinyModel, fileName: 'model.onnx', modelType: 'llama' },
  weights: { files: [] },
  config: tinyConfig,
  tokenizer: numberTokenizer(),
  baseModel: 'tiny',
  origin: { id: 'tiny', revision: '', dtype: 'fp32' },
};

export const sessionOn = (device: Device, batchSize = 4) => new ModelSession(loaded, device, { batchSize });

export function adapterOf(rank: number, seed: number): Adapter {
  const layout = adapterLayout(tinyTargets, rank);
  const { parameters } = randomAdapter(tinyTargets, rank, seed);
  return { config: { rank, alpha: 2 * rank }, layout, parameters };
}

/** Rows of very different lengths, a conversation among them. */
export const scoredRows = [
  { prompt: '5 6 7', completion: '8 9' },
  { prompt: '', completion: '11 12 13' },
  { prompt: [{ role: 'user', content: '20 21' }] as const, completion: '22' },
  {
    prompt: '5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29',
    completion: '30 31 32 33',
  },
  { prompt: '7', completion: '' },
];

/** The tokens of `scoredRows`, and how many of them are the completion with its end token. */
export const scoredTokens: readonly { readonly ids: readonly number[]; readonly counted: number }[] = [
  { ids: [5, 6, 7, 8, 9, 1], counted: 3 },
  // Nothing comes before the first token.
  { ids: [11, 12, 13, 1], counted: 3 },
  // The template of these tests closes no turn: what follows the question counts.
  { ids: [3, 20, 21, 3, 22], counted: 2 },
  { ids: [...Array.from({ length: 29 }, (_, i) => i + 5), 1], counted: 5 },
  { ids: [7, 1], counted: 1 },
];

/** What the generation graph gives for whole rows, one at a time, with an adapter of its own inputs. */
export async function generationOutput(
  device: Device,
  adapter: Adapter | null,
  output: 'logits' | 'hidden',
): Promise<(ids: readonly number[]) => Promise<Float32Array>> {
  const model = withHidden(buildGenerationModel(tinyModel, adapter ? tinyTargets : []));
  const session = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const weights = adapter && { ...adapter, scaling: scalingOf(adapter.config) };
  const adapterFeeds = weights ? uploadAdapter(weights, session, device) : uploadZeroAdapter(session, device);
  return async (ids) => {
    const outputs = await session.run({ ...rowFeeds(device, session, ids), ...adapterFeeds }, [
      output === 'hidden' ? normed : output,
    ]);
    return (await device.download(Object.values(outputs)[0]!)) as Float32Array;
  };
}

const normed = '/model/norm/out';

const withHidden = (model: Model): Model => ({
  ...model,
  graph: {
    ...model.graph,
    outputs: [...model.graph.outputs, { name: normed, elementType: 'float32', shape: [null, null, 16] }],
  },
});

function rowFeeds(
  device: Device,
  { inputMetadata }: Session,
  ids: readonly number[],
): Record<string, DeviceTensor> {
  const row = (numbers: readonly number[]) => device.upload(BigInt64Array.from(numbers, BigInt), [1, ids.length]); // prettier-ignore
  const past = inputMetadata.filter(({ name }) => name.startsWith('past'));
  const empty = past.map(({ name }) => [name, device.upload(new Float32Array(), [1, 2, 0, 16])] as const);
  return { input_ids: row(ids), attention_mask: row(ids.map(() => 1)), ...Object.fromEntries(empty) };
}

/** log softmax of each counted token's logits, summed; the generation graph gives those behind the last token of a text. */
export async function logLikelihoodFrom(
  logitsOf: (ids: readonly number[]) => Promise<Float32Array>,
  ids: readonly number[],
  counted: number,
): Promise<number> {
  let sum = 0;
  for (let t = ids.length - counted; t < ids.length; t++) {
    const logits = await logitsOf(ids.slice(0, t));
    const total = logits.reduce((all, z) => all + Math.exp(z), 0);
    sum += logits[ids[t]!]! - Math.log(total);
  }
  return sum;
}
