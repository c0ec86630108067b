import { expect, it } from 'vitest';
import { compileTrainingModel } from '../../src/compileTrainingModel.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { lora } from '../support/randomDecoder.ts';
import { tinyBatch, tinyBatchFeeds } from '../support/tinyBatch.ts';

const decoder = exportDecoder({ config: tinyConfigs.llama, tensors: randomCheckpoint('llama'), dtype: 'q4' });
const program = compileTrainingModel({ decoder, fileName: 'model.onnx' }, lora, tinyBatch);
const device = createNodeDevice({ threads: 1 });

/** The gradient of one step. */
async function gradientWith(options: { isLean: boolean; keepsFloats: boolean }): Promise<Float32Array> {
  const source = { graph: program.trainingGraph, weights: { files: [] } };
  const session = await device.createSession(source, { label: 'training graph', ...options });
  const vector = (at: (i: number) => number) =>
    Float32Array.from({ length: program.layout.size }, (_, i) => at(i));
  const int32 = (x: ArrayLike<number>) => Int32Array.from(x);
  const { input_ids: ids, supervised_rows: rows, row_of_position: rowOf, labels, label_weights: weights } = tinyBatchFeeds; // prettier-ignore
  const metadata = new Map(session.inputMetadata.map(({ name, type }) => [name, type]));
  const whole = (name: string, x: ArrayLike<number>) => (metadata.get(name) === 'int64' ? BigInt64Array.from(Array.from(x, BigInt)) : int32(x)); // prettier-ignore
  const outputs = await session.run({
    input_ids: device.hostTensor(whole('input_ids', ids!), [2, 8]),
    supervised_rows: device.hostTensor(whole('supervised_rows', rows!), [6]),
    row_of_position: device.hostTensor(whole('row_of_position', rowOf!), [16]),
    labels: device.hostTensor(whole('labels', labels!), [6]),
    label_weights: device.hostTensor(Float32Array.from(weights!), [6]),
    parameters: device.hostTensor(
      vector((i) => 0.1 * Math.sin(i)),
      [program.layout.size],
    ),
    gradient: device.hostTensor(
      vector(() => 0),
      [program.layout.size],
    ),
  });
  const gradient = (await device.download(outputs['gradient_out']!)) as Float32Array;
  await session.dispose();
  return gradient.slice();
}

it('a session that keeps floats computes the same gradient, in little memory and in much', async () => {
  const plain = await gradientWith({ isLean: true, keepsFloats: false });
  const largest = Math.max(...plain.map(Math.abs));
  expect(largest).toBeGreaterThan(0.01);
  for (const isLean of [true, false]) {
    const keeping = await gradientWith({ isLean, keepsFloats: true });
    const off = Math.max(...keeping.map((x, i) => Math.abs(x - plain[i]!)));
    expect(off / largest).toBeLessThan(1e-5);
  }
});
