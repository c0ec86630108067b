import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { cutGraph, type CutPlan } from '../../src/graph/cutGraph.ts';
import type { Graph, Value } from '../../src/graph/graph.ts';
import { bytesOf } from '../../src/graph/memoryEstimate.ts';

const width = 8;
const weightBytes = width * width * 4;

/** Four products with a weight each, a wide value inside of each, and a scale that only parameters decide. */
function chain() {
  const g = new GraphBuilder();
  const [x, parameters] = [g.input('x', 'float32', [2, width]), g.input('parameters', 'float32', [1])];
  const scale = g.exp(parameters);
  let y = x;
  for (let i = 0; i < 4; i++) {
    const data = { location: 'weights', offset: i * weightBytes, length: weightBytes };
    const weight = g.weight({ name: `w${i}`, elementType: 'float32', dims: [width, width], data });
    const wide = g.expand(g.reshape(g.matMul(y, weight), [1, 2, width]), [10, 2, width]);
    y = g.add(y, g.mul(g.reduceSum(wide, [0], false), scale));
  }
  const middle = g.builtNodes.length;
  const loss = g.reduceSum(y, [0, 1]);
  const graph = g.finish('chain', { loss });
  const stages = [g.builtNodes.slice(0, middle), g.builtNodes.slice(middle)];
  return { graph, stages, everywhere: new Set([parameters]), weightBytes: bytesOf } satisfies CutPlan;
}

const names = (values: readonly Value[]) => values.map(({ name }) => name);
const weightsOf = ({ weights }: Graph) => weights.map(({ initializer }) => initializer.name);

describe('a graph that is cut', () => {
  it('has the weights in pieces that read as many as they may', () => {
    const [forward] = cutGraph(chain(), 2 * weightBytes);
    expect(forward!.map(weightsOf)).toEqual([['w0', 'w1'], ['w2', 'w3']]); // prettier-ignore
    expect(cutGraph(chain(), 9 * weightBytes)[0]!.map(weightsOf)).toEqual([['w0', 'w1', 'w2', 'w3']]);
  });

  it('gives a weight that alone is too much a piece of its own', () => {
    expect(cutGraph(chain(), 1)[0]!.map(weightsOf)).toEqual([['w0'], ['w1'], ['w2'], ['w3']]);
  });

  it('passes on what is small', () => {
    const [first, second] = cutGraph(chain(), weightBytes)[0]!;
    expect(first!.outputs.map(({ value }) => value.shape)).toEqual([[2, width]]);
    expect(names(second!.inputs).toSorted()).toEqual([first!.outputs[0]!.name, 'parameters'].toSorted());
  });

  it('computes what the parameters alone decide in every piece', () => {
    for (const piece of cutGraph(chain(), weightBytes)[0]!)
      expect(piece.nodes.filter(({ node }) => node.op === 'Exp')).toHaveLength(1);
  });

  it('has every other node once, in pieces that read what comes before them', () => {
    const { graph } = chain();
    const pieces = cutGraph(chain(), weightBytes).flat();
    const computed = pieces.flatMap(({ nodes }) => nodes).filter(({ node }) => node.op !== 'Exp');
    expect(computed).toHaveLength(graph.nodes.length - 1);
    const known = new Set(['x', 'parameters']);
    for (const { inputs, outputs } of pieces) {
      expect(names(inputs).filter((name) => !known.has(name))).toEqual([]);
      outputs.forEach(({ name }) => known.add(name));
    }
    expect(known.has('loss')).toBe(true);
  });

  it('never spans two stages', () => {
    expect(cutGraph(chain(), 9 * weightBytes).map((pieces) => pieces.length)).toEqual([1, 1]);
  });
});
