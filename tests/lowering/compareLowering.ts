import { expect } from 'vitest';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { runGraph } from '../support/runGraph.ts';
import { lowerAll, modelOf, seededFeeds, type FusedOp } from './opModel.ts';

async function runOriginal(model: Model): Promise<Record<string, Float32Array>> {
  const device = createNodeDevice({ threads: 1 });
  const session = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const feeds = seededFeeds(model);
  const tensors = model.graph.inputs.map(({ name, shape }) => [
    name,
    device.upload(Float32Array.from(feeds[name]!), shape as number[]),
  ]);
  const outputs = await session.run(Object.fromEntries(tensors));
  const downloads = Object.entries(outputs).map(async ([name, tensor]) => [
    name,
    await device.download(tensor),
  ]);
  const results = await Promise.all(downloads);
  await device.dispose();
  return Object.fromEntries(results) as Record<string, Float32Array>;
}

/** Runs the op as onnxruntime has it and as we lower it, on the same random inputs, and compares every element. */
export async function expectSameAsOriginal(fused: FusedOp, tolerance = 1e-5): Promise<void> {
  const model = modelOf(fused);
  const original = await runOriginal(model);
  const lowered = await runGraph(lowerAll(model), seededFeeds(model));
  for (const { name } of model.graph.outputs) {
    const [want, got] = [original[name]!, lowered[name]!];
    expect(got.length).toBe(want.length);
    const error = got.reduce((worst, x, i) => Math.max(worst, Math.abs(x - want[i]!)), 0);
    expect(error, `${fused.op} ${name}`).toBeLessThan(tolerance);
  }
}
