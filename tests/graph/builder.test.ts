import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Value } from '../../src/graph/graph.ts';
import { toModel } from '../../src/graph/toModel.ts';

const input = (g: GraphBuilder, shape: number[], name = 'x') => g.input(name, 'float32', shape);
const contents = (value: Value) => value.constant && Array.from(value.constant);

describe('shapes', () => {
  it.each([
    ['broadcasting', (g: GraphBuilder) => g.add(input(g, [2, 1, 3]), input(g, [4, 1], 'y')), [2, 4, 3]],
    ['batched products', (g: GraphBuilder) => g.matMul(input(g, [5, 2, 3]), input(g, [3, 4], 'y')), [5, 2, 4]],
    ['reshape with -1 and 0', (g: GraphBuilder) => g.op('Reshape', [input(g, [2, 3, 4]), g.ints([0, -1])]), [2, 12]],
    ['slices from the end', (g: GraphBuilder) => g.slice(input(g, [2, 5]), 1, -2, 9), [2, 2]],
    ['backward slices', (g: GraphBuilder) => g.op('Slice', [input(g, [5]), g.ints([-1]), g.ints([-9]), g.ints([0]), g.ints([-2])]), [3]],
    ['reduction without axes kept', (g: GraphBuilder) => g.reduceSum(input(g, [2, 3, 4]), [0, -1], false), [3]],
    ['gather', (g: GraphBuilder) => g.gather(input(g, [7, 3]), g.ints([1, 1])), [2, 3]],
    ['pad', (g: GraphBuilder) => g.pad(input(g, [2, 3]), [1, 0], [0, 4]), [3, 7]],
  ])('%s', (_, build, shape) => {
    expect(build(new GraphBuilder()).shape).toEqual(shape);
  }); // prettier-ignore

  it('that do not fit are refused with op, node and shapes', () => {
    const g = new GraphBuilder();
    const build = () => g.scoped('/layers.0', () => g.matMul(input(g, [2, 3]), input(g, [2, 3], 'y')));
    expect(build).toThrow('MatMul node /layers.0/MatMul: cannot multiply [2, 3] by [2, 3].');
  });

  it('of mixed element types are refused', () => {
    const g = new GraphBuilder();
    expect(() => g.add(input(g, [1]), g.ints([1]))).toThrow('mixes float32 and int64');
  });
});

describe('folding', () => {
  it.each([
    ['broadcast sums', (g: GraphBuilder) => g.add(g.constant('int64', [2, 1], [10, 20]), g.ints([1, 2])), [11, 12, 21, 22]],
    ['integer division truncates', (g: GraphBuilder) => g.div(g.ints([7, -7]), g.ints([2, 2])), [3, -3]],
    ['float32 rounds', (g: GraphBuilder) => g.add(g.scalar(0.1), g.scalar(0.2)), [Math.fround(Math.fround(0.1) + Math.fround(0.2))]],
    ['transposes', (g: GraphBuilder) => g.transpose(g.constant('int64', [2, 3], [1, 2, 3, 4, 5, 6]), [1, 0]), [1, 4, 2, 5, 3, 6]],
    ['backward slices', (g: GraphBuilder) => g.op('Slice', [g.ints([1, 2, 3, 4, 5]), g.ints([-1]), g.ints([-9]), g.ints([0]), g.ints([-2])]), [5, 3, 1]],
    ['concatenation on the last axis', (g: GraphBuilder) => g.concat([g.constant('int64', [2, 1], [1, 2]), g.constant('int64', [2, 2], [3, 4, 5, 6])], 1), [1, 3, 4, 2, 5, 6]],
    ['gather with negative indices', (g: GraphBuilder) => g.gather(g.ints([5, 6, 7]), g.ints([-1, 0])), [7, 5]],
    ['means over the first axis', (g: GraphBuilder) => g.reduceMean(g.constant('float32', [2, 2], [1, 2, 3, 6]), [0]), [2, 4]],
    ['expansion', (g: GraphBuilder) => g.expand(g.constant('int64', [2, 1], [1, 2]), [2, 3]), [1, 1, 1, 2, 2, 2]],
    ['where', (g: GraphBuilder) => g.where(g.constant('bool', [2], [1, 0]), g.ints([1, 2]), g.ints([3, 4])), [1, 4]],
  ])('%s', (_, build, wanted) => {
    const g = new GraphBuilder();
    expect(contents(build(g))).toEqual(wanted);
    expect(g.builtNodes).toEqual([]);
  }); // prettier-ignore

  it('leaves nodes that depend on an input', () => {
    const g = new GraphBuilder();
    expect(contents(g.add(input(g, [1]), g.scalar(1)))).toBeNull();
  });
});

describe('sumTo', () => {
  it('sums leading and stretched axes only', () => {
    const g = new GraphBuilder();
    const dy = g.constant('float32', [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(contents(g.sumTo(dy, [2, 1]))).toEqual([1 + 2 + 5 + 6, 3 + 4 + 7 + 8]);
    expect(g.sumTo(dy, [2, 2, 2])).toBe(dy);
  });
});

describe('finish', () => {
  it('keeps only what the outputs need', () => {
    const g = new GraphBuilder();
    const x = input(g, [1]);
    const y = g.exp(x);
    g.weight({ name: 'unused', elementType: 'float32', dims: [1], data: { bytes: new Uint8Array(4) } });
    g.tanh(x);
    const graph = g.finish('g', { y });
    expect(graph.nodes.map(({ node }) => node.op)).toEqual(['Exp']);
    expect(graph.weights).toEqual([]);
  });

  it('writes equal constants once and gives outputs their names', () => {
    const g = new GraphBuilder();
    const y = g.mul(g.mul(input(g, [1]), g.scalar(3)), g.scalar(3));
    const { graph } = toModel(g.finish('g', { y, again: y }));
    expect(graph.initializers).toHaveLength(1);
    expect(graph.nodes.map(({ opType, outputs }) => [opType, outputs[0]])).toEqual([
      ['Mul', graph.nodes[0]!.outputs[0]],
      ['Mul', 'y'],
      ['Identity', 'again'],
    ]);
  });
});
