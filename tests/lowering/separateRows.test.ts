import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Value } from '../../src/graph/graph.ts';
import { addPackingInputs, rowBias, type Packing } from '../../src/lowering/packing.ts';
import { checkRowsAreSeparate } from '../../src/lowering/separateRows.ts';

const [length, width] = [6, 4];

interface Line {
  readonly g: GraphBuilder;
  /** [B, T, H] */
  readonly x: Value;
  readonly packing: Packing;
}

/** Checks what `build` makes of embedded tokens, for one line and for three. */
function check(build: (line: Line) => Value): void {
  for (const batch of [1, 3]) {
    const g = new GraphBuilder();
    const ids = g.input('input_ids', 'int64', [batch, length]);
    const packing = addPackingInputs(g, [batch, length]);
    const table = g.weight({ name: 'table', elementType: 'float32', dims: [9, width], data: { bytes: new Uint8Array(9 * 4 * width) } }); // prettier-ignore
    const hidden = build({ g, x: g.gather(table, ids), packing });
    checkRowsAreSeparate(g.builtNodes, ids, hidden, packing);
  }
}

/** Scores of each token with each, [B, 1, T, T]. */
function scoresOf({ g, x }: Line): Value {
  const split = g.reshape(x, [x.shape[0]!, 1, length, width]);
  return g.matMul(split, g.swapLast(split));
}

/** The tokens mixed by weights [B, 1, T, T]. */
function mixed({ g, x }: Line, weights: Value): Value {
  return g.reshape(g.matMul(weights, g.reshape(x, [x.shape[0]!, 1, length, width])), x.shape);
}

/** Scores without those between two rows. */
function hiding({ g, packing }: Line, scores: Value): Value {
  const masked = g.add(scores, rowBias(g, packing, g.scalar(0)));
  packing.masked.add(masked);
  return masked;
}

const ramp = (g: GraphBuilder, shape: readonly number[], of: (i: number) => number) =>
  g.constant('float32', shape, Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => of(i))); // prettier-ignore

describe('rows that share lines are separate', () => {
  it('where each token is taken by itself, whatever its axes are joined to', () => {
    check(({ g, x }) => {
      const flat = g.reshape(x, [x.shape[0]! * length * 2, width / 2]);
      const normed = g.div(flat, g.sqrt(g.reduceMean(g.mul(flat, flat), [1])));
      const heads = g.transpose(g.reshape(normed, [x.shape[0]!, length, 2, width / 2]), [0, 2, 1, 3]);
      const turned = g.mul(
        heads,
        ramp(g, [1, 1, 1, width / 2], (i) => i),
      );
      return g.add(x, g.reshape(g.transpose(turned, [0, 2, 1, 3]), x.shape));
    });
  });

  it('where attention hides what is between them, also with a mask or slopes of its own', () => {
    check((line) => {
      const { g } = line;
      const slopes = ramp(g, [1, 1, length, length], (i) => (i % length) - Math.floor(i / length));
      return mixed(line, g.softmax(hiding(line, g.add(scoresOf(line), slopes))));
    });
  });

  it('where positions are those that were fed', () => {
    check(({ g, x, packing }) => {
      const table = g.weight({ name: 'wpe', elementType: 'float32', dims: [4, width], data: { bytes: new Uint8Array(16 * width) } }); // prettier-ignore
      return g.add(x, g.gather(table, packing.positions));
    });
  });
});

describe('rows that share lines may reach each other', () => {
  it.each<[string, string, (line: Line) => Value]>([
    ['in an attention that hides nothing', 'Softmax', (line) => mixed(line, line.g.softmax(scoresOf(line)))],
    ['in weights that are no longer zero', 'Add', (line) => mixed(line, line.g.shift(line.g.softmax(hiding(line, scoresOf(line))), 1))],
    ['in a softmax over the wrong axis', 'Softmax', (line) => mixed(line, line.g.softmax(hiding(line, scoresOf(line)), 2))],
    ['with positions counted along the line', 'Add', ({ g, x }) => g.add(x, ramp(g, [length, 1], (i) => i))],
    ['with a mask that depends on more than distance', 'Add', (line) => mixed(line, line.g.softmax(hiding(line, line.g.add(scoresOf(line), ramp(line.g, [length, length], (i) => i)))))],
    ['in a mean over tokens', 'ReduceMean', ({ g, x }) => g.add(x, g.reduceMean(x, [1]))],
    ['in a norm over tokens', 'Softmax', ({ g, x }) => g.softmax(x, 1)],
    ['in a shift of tokens', 'Pad', ({ g, x }) => g.slice(g.pad(x, [0, 1, 0], [0, 0, 0]), 1, 0, length)],
    ['in a part of the tokens', 'Slice', ({ g, x }) => g.slice(x, 1, 0, length - 1)],
    ['in a product over tokens', 'MatMul', ({ g, x }) => g.swapLast(g.matMul(g.swapLast(x), ramp(g, [length, length], () => 1)))],
    ['where tokens and features are torn apart', 'Reshape', ({ g, x }) => g.reshape(g.reshape(g.swapLast(x), [x.shape[0]!, 8, 3]), x.shape)],
  ])('%s', (_, op, build) => {
    expect(() => check(build)).toThrow(new RegExp(`^Rows cannot share a line: the ${op} node "`));
  }); // prettier-ignore
});
