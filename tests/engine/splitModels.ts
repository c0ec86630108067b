import {
  buildTrainingGraphs,
  type BatchShape,
  type DecoderModel,
  type Trainable,
} from '../../src/compileTrainingModel.ts';
import { splitLargeTables } from '../../src/engine/splitLargeWeights.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { sizeOf, type Graph, type Value } from '../../src/graph/graph.ts';
import type { Initializer, Model } from '../../src/graph/model.ts';
import { toModel } from '../../src/graph/toModel.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, Feeds, TensorData } from '../../src/runtime/device.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

export type TinyDtype = 'fp32' | 'fp16' | 'q4';

/** Rows of 50 tokens; the embedding and the head have as many rows. */
export const tinyLlama = (dtype: TinyDtype): Model =>
  exportDecoder({ config: tinyConfigs.llama, tensors: randomCheckpoint('llama'), dtype });

/** The tiny llama in 32 bits with 6,000 tokens, its embedding and its head of 1.5 MB each, in the graph or beside it. */
export function wideModel(place: 'in the graph' | 'in a file'): DecoderModel {
  const tensors = randomCheckpoint('llama');
  for (const name of ['model.embed_tokens.weight', 'lm_head.weight']) {
    const values = Float32Array.from({ length: 6000 * 64 }, (_, i) => Math.sin(i * 0.37));
    tensors.set(name, { dtype: 'F32', shape: [6000, 64], bytes: new Uint8Array(values.buffer) });
  }
  const config = { ...tinyConfigs.llama, vocab_size: 6000 };
  const model = exportDecoder({ config, tensors, dtype: 'fp32' });
  const decoder = place === 'in a file' ? splitWeights(model, 'model.onnx_data').model : model;
  return { decoder, fileName: 'model.onnx' };
}

/** A third of what a table of [50, 64] takes. */
export const smallLimit: Readonly<Record<TinyDtype, number>> = { fp32: 4300, fp16: 2150, q4: 540 };

export const bytesOf = ({ data }: Initializer): number => ('bytes' in data ? data.bytes.length : data.length);

export const batch: BatchShape = { batchSize: 2, sequenceLength: 4, logitsChunk: 4 };
export const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };

/** The training graph, its head in slices of 17 tokens; `largestWeight` as a device would state it. */
export function trainingGraph(decoder: Model, largestWeight: number | null): Graph {
  const model: DecoderModel = { decoder, fileName: 'model.onnx' };
  const options = { largestHeadSlice: 20 * 64 * 4, largestWeight };
  return buildTrainingGraphs(splitLargeTables(model, largestWeight), lora, batch, options).training;
}

/** y = x · W with W [192, 64] in 4 bits, three times what `headLimit` allows. */
export function quantizedProduct(): Model {
  const [outputs, width, blocks] = [192, 64, 2];
  const bytes = Uint8Array.from({ length: outputs * blocks * 16 }, (_, i) => (i * 37 + 11) & 255);
  const scales = Float32Array.from({ length: outputs * blocks }, (_, i) => 0.01 * (1 + (i % 7)));
  const sizes = { K: width, N: outputs, bits: 4, block_size: 32 };
  const attributes = Object.fromEntries(
    Object.entries(sizes).map(([name, value]) => [name, { type: 'int', value } as const]),
  );
  return {
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft': 1 },
    graph: {
      name: 'head',
      nodes: [{ name: 'head', opType: 'MatMulNBits', domain: 'com.microsoft', inputs: ['x', 'w', 's'], outputs: ['logits'], attributes }],
      inputs: [{ name: 'x', elementType: 'float32', shape: [1, 3, width] }],
      outputs: [{ name: 'logits', elementType: 'float32', shape: [1, 3, outputs] }],
      initializers: [
        { name: 'w', elementType: 'uint8', dims: [outputs, blocks, 16], data: { bytes } },
        { name: 's', elementType: 'float32', dims: [outputs * blocks], data: { bytes: new Uint8Array(scales.buffer) } },
      ],
      valueInfos: [],
    },
  };
} // prettier-ignore

export const headLimit = 64 * 2 * 16;

/** What a one-node model makes of three rows. */
export async function productOn(device: Device, model: Model): Promise<Float32Array> {
  const session = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const x = device.upload(
    Float32Array.from({ length: 192 }, (_, i) => Math.sin(i * 1.7)),
    [1, 3, 64],
  );
  const { logits } = await session.run({ x });
  return (await device.download(logits!)) as Float32Array;
}

/** Loss and gradient of one step on `device`, which must run every node itself. */
export async function stepOn(device: Device, graph: Graph): Promise<Record<string, Float32Array>> {
  const source = { graph: encodeModel(toModel(graph)), weights: { files: [] } };
  const forbidFallback = device.provider === 'webgpu';
  const session = await device.createSession(source, { label: 'training graph', forbidFallback });
  const feeds = graph.inputs.map((input) => [input.name, device.upload(contentsOf(input), input.shape)]);
  const outputs = await session.run(Object.fromEntries(feeds) as Feeds);
  const { loss, gradient_out: gradient } = outputs;
  const [a, b] = [await device.download(loss!), await device.download(gradient!)];
  await session.dispose();
  return { loss: a as Float32Array, gradient: b as Float32Array };
}

/** Eight tokens, all supervised; an adapter without zeros. */
const entryOf: Readonly<Record<string, (i: number) => number>> = {
  input_ids: (i) => (i * 13 + 3) % 50,
  supervised_rows: (i) => i,
  row_of_position: (i) => i,
  labels: (i) => (i * 7) % 50,
  label_weights: () => 1 / 8,
  parameters: (i) => 0.1 * Math.sin(i),
  gradient: () => 0,
};

function contentsOf({ name, shape, elementType }: Value): TensorData {
  const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => entryOf[name]!(i));
  if (elementType === 'int64') return BigInt64Array.from(numbers, BigInt);
  return elementType === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
}
