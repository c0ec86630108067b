import type { Graph, Value } from '../../src/graph/graph.ts';
import { sizeOf } from '../../src/graph/graph.ts';
import { toModel } from '../../src/graph/toModel.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { DeviceTensor, SessionOptions, TensorData } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';

/** Feeds as plain numbers, row-major. */
export type NumberFeeds = Readonly<Record<string, ArrayLike<number>>>;

const pack: Readonly<Record<string, (x: ArrayLike<number>) => TensorData>> = {
  float32: (x) => Float32Array.from(x),
  int32: (x) => Int32Array.from(x),
  int64: (x) => BigInt64Array.from(Array.from(x, BigInt)),
};

/** Runs a lowered graph on onnxruntime-node's CPU and hands its float outputs out. */
export async function runGraph(
  graph: Graph,
  feeds: NumberFeeds,
  options: SessionOptions = {},
): Promise<Record<string, Float32Array>> {
  const device = createNodeDevice({ threads: 1 });
  const source = { graph: encodeModel(toModel(graph)), weights: { files: [] } };
  const session = await device.createSession(source, { label: graph.name, ...options });
  const tensors = graph.inputs.map((input) => [
    input.name,
    tensorFor(input, feeds, device.upload.bind(device)),
  ]);
  const outputs = await session.run(Object.fromEntries(tensors));
  const results = await Promise.all(
    Object.entries(outputs).map(async ([name, t]) => [name, await device.download(t)]),
  );
  await device.dispose();
  return Object.fromEntries(results) as Record<string, Float32Array>;
}

function tensorFor(
  input: Value,
  feeds: NumberFeeds,
  upload: (data: TensorData, dims: readonly number[]) => DeviceTensor,
): DeviceTensor {
  const numbers = feeds[input.name];
  if (numbers?.length !== sizeOf(input.shape))
    throw new Error(`Feed ${input.name} with ${sizeOf(input.shape)}.`);
  return upload(pack[input.elementType]!(numbers), input.shape);
}
