import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { sizeOf } from '../../src/graph/graph.ts';
import type { Model } from '../../src/graph/model.ts';
import { applyHead, findHead } from '../../src/lowering/head.ts';
import { lower } from '../../src/lowering/lower.ts';
import { bindTrainingInputs } from '../../src/lowering/trainingInputs.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { runGraph } from '../support/runGraph.ts';
import { fusedDecoder, sketchDims, tracedDecoder } from './decoderSketches.ts';

const [batchSize, sequenceLength] = [2, 5];
const count = batchSize * sequenceLength;
const tokens = [1, 4, 2, 8, 5, 7, 10, 3, 0, 6];

/** The logits of the model itself for two full rows, without past. */
async function originalLogits(model: Model): Promise<Float32Array> {
  const device = createNodeDevice({ threads: 1 });
  const session = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const contents = (name: string, size: number) => {
    if (name.startsWith('past')) return new Float32Array(0);
    const numbers =
      name === 'input_ids'
        ? tokens
        : Array.from({ length: size }, (_, i) => (name === 'attention_mask' ? 1 : i % sequenceLength));
    return BigInt64Array.from(numbers, BigInt);
  };
  const dims = {
    batch_size: batchSize,
    sequence_length: sequenceLength,
    total_sequence_length: sequenceLength,
    past_sequence_length: 0,
  };
  const feeds = model.graph.inputs.map(({ name, shape }) => {
    const fixed = shape!.map((dim) => (typeof dim === 'number' ? dim : dims[dim as keyof typeof dims]));
    return [name, device.upload(contents(name, sizeOf(fixed)), fixed)];
  });
  const { logits } = await session.run(Object.fromEntries(feeds), ['logits']);
  const result = await device.download(logits!);
  await device.dispose();
  return result as Float32Array;
}

/** Hidden states of all positions by the lowered graph, and the head applied to two halves of them. */
function lowerWithHead(model: Model) {
  const g = new GraphBuilder();
  const given = new Map([['input_ids', g.input('input_ids', 'int64', [batchSize, sequenceLength])]]);
  const values = bindTrainingInputs(g, model, { batchSize, sequenceLength }, given);
  const head = findHead(model);
  lower(g, model, values, [head.hidden]);
  const rows = g.reshape(values.get(head.hidden)!, [count, sketchDims.hidden]);
  const chunks = [0, 5].map((from) => applyHead(g, model, head, values, g.slice(rows, 0, from, from + 5)));
  return g.finish('lowered', { logits: g.concat(chunks, 0) });
}

it.each([
  ['traced from PyTorch without fused ops', tracedDecoder()],
  ['of fused ops and 4-bit weights', fusedDecoder()],
])('a decoder %s keeps its logits', async (_, model) => {
  const original = await originalLogits(model);
  const graph = lowerWithHead(model);
  const { logits } = await runGraph(graph, { input_ids: tokens });
  const error = logits!.reduce((worst, x, i) => Math.max(worst, Math.abs(x - original[i]!)), 0);
  expect(logits!.length).toBe(original.length);
  expect(error).toBeLessThan(1e-5);
});

it('leaves only arithmetic on activations of a traced decoder', () => {
  const { nodes } = lowerWithHead(tracedDecoder());
  expect(nodes.filter(({ output }) => output.elementType !== 'float32')).toEqual([]);
  const ops = new Set<string>(nodes.map(({ node }) => node.op));
  expect(['Where', 'Equal', 'Cast', 'Sub', 'Max'].filter((op) => ops.has(op))).toEqual([]);
});
