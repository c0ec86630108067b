import { describe, expect, it } from 'vitest';
import { toMixedPrecision } from '../../src/autodiff/mixedPrecision.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Graph, GraphNode, Value } from '../../src/graph/graph.ts';
import { estimateMemory } from '../../src/graph/memoryEstimate.ts';
import type { PrimitiveOp } from '../../src/graph/primitives.ts';
import { toModel } from '../../src/graph/toModel.ts';

const halfWeight = (g: GraphBuilder, name: string, dims: readonly number[]) => {
  const bytes = new Uint8Array(2 * dims.reduce((size, dim) => size * dim, 1));
  return g.cast(g.weight({ name, elementType: 'float16', dims, data: { bytes } }), 'float32');
};

/** The graph that `build` makes of an activation x [4, 8] in mixed precision. */
function mixed(build: (g: GraphBuilder, x: Value) => Value): Graph {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [4, 8]);
  return toMixedPrecision(g.finish('graph', { y: build(g, x) }));
}

const nodesOf = ({ nodes }: Graph, op: PrimitiveOp): GraphNode[] =>
  nodes.filter(({ node }) => node.op === op);
const typesOf = (graph: Graph, op: PrimitiveOp) =>
  nodesOf(graph, op).map(({ node, output }) => [
    ...node.inputs.map((x) => x!.elementType),
    output.elementType,
  ]);
const [half, float] = ['float16', 'float32'];

describe('a graph in mixed precision', () => {
  it('multiplies matrices in half precision, reading halves as they are stored', () => {
    const graph = mixed((g, x) =>
      g.matMul(g.matMul(x, halfWeight(g, 'a', [8, 8])), halfWeight(g, 'b', [8, 2])),
    );
    expect(typesOf(graph, 'MatMul')).toEqual([[half, half, half], [half, half, half]]); // prettier-ignore
    // One way in, one way out; none for the weights.
    expect(typesOf(graph, 'Cast')).toEqual([[float, half], [half, float]]); // prettier-ignore
    expect([...graph.inputs, ...graph.outputs.map(({ value }) => value)].map((x) => x.elementType)).toEqual([
      float,
      float,
    ]);
  });

  it('keeps what an embedding gives in float32, and adds to it there', () => {
    const graph = mixed((g, x) => {
      const table = halfWeight(g, 'table', [9, 8]);
      const ids = g.input('ids', 'int64', [4]);
      const rows = g.cast(g.gather(table.node!.input(0), ids), 'float32');
      return g.add(rows, g.matMul(x, halfWeight(g, 'a', [8, 8])));
    });
    expect(typesOf(graph, 'Add')).toEqual([[float, float, float]]);
    expect(typesOf(graph, 'Gather')).toEqual([[half, 'int64', half]]);
  });

  it('normalizes in float32 what was computed in half precision', () => {
    const graph = mixed((g, x) => {
      const y = g.matMul(x, halfWeight(g, 'a', [8, 8]));
      const rms = g.sqrt(g.shift(g.reduceMean(g.mul(y, y), [1]), 1e-6));
      return g.matMul(g.div(y, rms), halfWeight(g, 'b', [8, 8]));
    });
    for (const op of ['Mul', 'Add', 'Sqrt', 'Div'] as const)
      expect(new Set(typesOf(graph, op).flat()), op).toEqual(new Set([float]));
    expect(typesOf(graph, 'MatMul')).toEqual([[half, half, half], [half, half, half]]); // prettier-ignore
  });

  it('takes logarithms and sums of exponentials in float32, as the loss does', () => {
    const graph = mixed((g, x) => {
      const logits = g.matMul(x, halfWeight(g, 'a', [8, 8]));
      const largest = g.reduceMax(logits, [1]);
      return g.add(largest, g.log(g.reduceSum(g.exp(g.sub(logits, largest)), [1])));
    });
    for (const op of ['ReduceMax', 'Sub', 'Exp', 'ReduceSum', 'Log', 'Add'] as const)
      expect(new Set(typesOf(graph, op).flat().filter((type) => type !== 'int64')), op).toEqual(new Set([float])); // prettier-ignore
  });

  it('takes a softmax of float32, masked by numbers that half precision lacks, and keeps halves of it', () => {
    const graph = mixed((g, x) => {
      const scores = g.matMul(x, halfWeight(g, 'keys', [8, 4]));
      const mask = g.constant(
        'float32',
        [4, 4],
        Array.from({ length: 16 }, (_, i) => (i % 5 ? -1e9 : 0)),
      );
      const weights = g.softmax(g.add(scores, mask));
      return g.matMul(weights, g.matMul(weights, halfWeight(g, 'values', [4, 8])));
    });
    expect(typesOf(graph, 'Add')).toEqual([[float, float, float]]);
    expect(typesOf(graph, 'Softmax')).toEqual([[float, float]]);
    const [softmax] = nodesOf(graph, 'Softmax');
    const readers = graph.nodes.filter(({ node }) => node.inputs.includes(softmax!.output));
    expect(readers.map(({ node, output }) => [node.op, output.elementType])).toEqual([['Cast', half]]);
  });

  it('rounds what stands for never to the lowest half, not to infinity', () => {
    const graph = mixed((g, x) => {
      const scores = g.matMul(x, halfWeight(g, 'a', [8, 8]));
      const chosen = g.where(g.constant('bool', [8], [1, 0, 0, 0, 0, 0, 0, 0]), scores, g.scalar(-1e9));
      return g.matMul(chosen, halfWeight(g, 'b', [8, 8]));
    });
    const [where] = nodesOf(graph, 'Where');
    expect(where!.output.elementType).toBe(half);
    expect(Array.from(where!.node.input(2).constant!)).toEqual([-65504]);
    const written = toModel(graph).graph.initializers.find(({ dims, elementType }) => elementType === half && dims.length === 0); // prettier-ignore
    expect(written!.data).toEqual({ bytes: Uint8Array.of(0xff, 0xfb) });
  });

  it('works on halves elementwise, and moves only as much as is read', () => {
    const graph = mixed((g, x) => {
      const gate = g.matMul(x, halfWeight(g, 'a', [8, 8]));
      const parameters = g.slice(g.input('parameters', 'float32', [99]), 0, 0, 64);
      return g.matMul(g.mul(gate, g.sigmoid(gate)), g.reshape(parameters, [8, 8]));
    });
    expect(typesOf(graph, 'Sigmoid')).toEqual([[half, half]]);
    expect(typesOf(graph, 'Mul')).toEqual([[half, half, half]]);
    expect(typesOf(graph, 'Reshape').map(([from, , to]) => [from, to])).toEqual([[half, half]]);
  });

  it('is not widened by a single number in float32', () => {
    const graph = mixed((g, x) => {
      const gate = g.matMul(x, halfWeight(g, 'a', [8, 8]));
      const number = g.input('number', 'float32', [1]);
      return g.matMul(g.mul(gate, number), halfWeight(g, 'b', [8, 8]));
    });
    expect(typesOf(graph, 'Mul')).toEqual([[half, half, half]]);
  });

  it('squares in float32, since 256² is beyond half precision', () => {
    const graph = mixed((g, x) => {
      const gate = g.matMul(x, halfWeight(g, 'a', [8, 8]));
      return g.matMul(g.mul(gate, gate), halfWeight(g, 'b', [8, 8]));
    });
    expect(typesOf(graph, 'Mul')).toEqual([[float, float, float]]);
  });

  it('computes what angles depend on in float32, even where halves are read', () => {
    const graph = mixed((g, x) => {
      const table = g.op('Cos', [g.weight({ name: 'angles', elementType: 'float32', dims: [8, 8], data: { bytes: new Uint8Array(256) } })]); // prettier-ignore
      return g.matMul(x, table);
    });
    expect(typesOf(graph, 'Cos')).toEqual([[float, float]]);
    expect(typesOf(graph, 'MatMul')).toEqual([[half, half, half]]);
  });
});

it('counts halves at two bytes', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [64, 64]);
  const a = g.sigmoid(g.matMul(x, halfWeight(g, 'a', [64, 64])));
  const y = g.matMul(a, g.matMul(a, halfWeight(g, 'b', [64, 64])));
  const graph = g.finish('graph', { y });
  // Both weights as floats once, then two or three matrices at a time.
  const [whole, halved] = [estimateMemory(graph), estimateMemory(toMixedPrecision(graph))];
  expect(whole.weights).toBe(halved.weights);
  expect(halved.activations).toBeLessThanOrEqual(0.67 * whole.activations);
});

it('refuses a primitive that is given both precisions, by name', () => {
  const g = new GraphBuilder();
  const [a, b] = [g.input('a', 'float16', [2, 2]), g.input('b', 'float32', [2, 2])];
  const mixes = 'mixes float16 and float32';
  expect(() => g.matMul(a, b)).toThrow(mixes);
  expect(() => g.concat([a, b], 0)).toThrow(mixes);
  expect(() => g.where(g.constant('bool', [], [1]), a, b)).toThrow(mixes);
  expect(() => g.op('RotaryEmbedding', [a, g.ints([0]), b, b])).toThrow(mixes);
});
