import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import type { Initializer, Model } from '../../src/graph/model.ts';
import { decodeModel, scanModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import {
  TensorProto_DataLocation,
  TensorProto_DataType as DataType,
} from '../../src/onnx/generated/onnx_pb.ts';
import { OnnxFormatError } from '../../src/onnx/onnxFormatError.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from '../exporter/randomCheckpoint.ts';
import { countingBytes, modelBytes } from '../onnx/sampleProto.ts';
import { mutateModel } from './fuzzGraph.ts';
import { mutateBytes } from './fuzzBytes.ts';
import { damagedFiles, type FuzzedReader } from './fuzzRun.ts';

/** An export whose weights lie in a file of their own, so that damage hits the graph. */
export function withoutWeights(model: Model): Model {
  let offset = 0;
  const initializers = model.graph.initializers.map((initializer): Initializer => {
    const { data } = initializer;
    if (!('bytes' in data) || data.bytes.length < 64) return initializer;
    const reference = { location: 'model.onnx_data', offset, length: data.bytes.length };
    offset += reference.length;
    return { ...initializer, data: reference };
  });
  return { ...model, graph: { ...model.graph, initializers } };
}

const exported = (family: TinyFamily, dtype: 'q4' | 'fp16') =>
  withoutWeights(exportDecoder({ config: tinyConfigs[family], tensors: randomCheckpoint(family), dtype }));

/** Every way in which a tensor's numbers may be written. */
const sampler = modelBytes(
  { name: 'floats', dims: [3n], dataType: DataType.FLOAT, floatData: [1, 2, 3] },
  { name: 'longs', dims: [2n], dataType: DataType.INT64, int64Data: [-1n, 2n ** 62n] },
  { name: 'doubles', dims: [1n], dataType: DataType.DOUBLE, doubleData: [1] },
  { name: 'halves', dims: [2n], dataType: DataType.FLOAT16, int32Data: [1, 2] },
  { name: 'words', dims: [1n], dataType: DataType.UINT32, uint64Data: [7n] },
  { name: 'nibbles', dims: [3n], dataType: DataType.UINT4, rawData: countingBytes(2) },
  { name: 'texts', dims: [2n], dataType: DataType.STRING, stringData: [countingBytes(3), countingBytes(1)] },
  { name: 'large', dims: [1100n], dataType: DataType.UINT8, rawData: countingBytes(1100) },
  {
    name: 'elsewhere',
    dims: [4n, 4n],
    dataType: DataType.FLOAT,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: 'model.onnx_data' },
      { key: 'offset', value: '4096' },
      { key: 'length', value: '64' },
    ],
  },
);

const models = [exported('llama', 'q4'), exported('gemma3', 'fp16')];
const files = [sampler, sampler, ...models.map((model) => encodeModel(model))];
const damaged = damagedFiles(files);

/** The ONNX reader in memory and in windows, and back again what it read. */
export const fuzzOnnxReader: FuzzedReader = {
  name: 'onnx',
  errors: [OnnxFormatError],
  input: (random, index) => {
    if (random.next() < 0.7) return damaged(random, index);
    const file = encodeModel(mutateModel(random, models[random.below(models.length)]!), {
      modelFileName: 'm.onnx',
    });
    return random.next() < 0.5 ? file : mutateBytes(random, file);
  },
  sizeOf: (bytes) => bytes.length,
  read: async (bytes) => {
    const scanned = await outcome(() => scanModel(sourceOf(bytes)));
    const decoded = await outcome(() => decodeModel(bytes));
    if (scanned.message !== decoded.message) {
      throw new Error(
        `In memory: ${decoded.message ?? 'accepted'}. In windows: ${scanned.message ?? 'accepted'}.`,
      );
    }
    if (!decoded.model) throw decoded.error;
    const again = decodeModel(encodeModel(decoded.model, { modelFileName: 'm.onnx' }));
    const [before, after] = [summary(decoded.model), summary(again)];
    if (before !== after)
      throw new Error(`Written and read again: ${after.slice(0, 300)} after ${before.slice(0, 300)}.`);
  },
};

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  slice: (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length)),
});

async function outcome(read: () => Model | Promise<Model>) {
  try {
    return { model: await read() };
  } catch (error) {
    return { error, message: error instanceof Error ? error.message : String(error) };
  }
}

/** What a model says, without messages of the file's own and without the places of its weights. */
function summary(model: Model): string {
  return JSON.stringify(model, (key, value: unknown) => {
    if (key === 'origin' || key === 'offset' || key === 'location') return undefined;
    return value instanceof Uint8Array ? [...value] : value;
  });
}
