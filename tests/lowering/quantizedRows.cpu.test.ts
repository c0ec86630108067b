import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { ElementType, Initializer } from '../../src/graph/model.ts';
import { dequantizedWeight } from '../../src/lowering/dequantizedWeight.ts';
import { gatherStored } from '../../src/lowering/lifting.ts';
import { packNumbers } from '../../src/graph/toModel.ts';
import { runGraph } from '../support/runGraph.ts';

const [rows, width] = [5, 8];
const codes = Array.from({ length: rows * width }, (_, i) => ((i * 53) % 256) - 128);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => 0.25 + ((i * 7) % 5) / 8);
const whole = (count: number) => Array.from({ length: count }, (_, i) => ((i * 3) % 7) - 3);
const ids = [4, 0, 2, 2];

interface Layout {
  /** Shape of the scales. */
  readonly scales: readonly number[];
  readonly axis: number;
  readonly blockSize: number;
  /** Which scale is the one of an element. */
  readonly of: (row: number, column: number) => number;
}

const layouts: Readonly<Record<string, Layout>> = {
  'one scale': { scales: [], axis: 1, blockSize: 0, of: () => 0 },
  'a scale per row': { scales: [rows], axis: 0, blockSize: 0, of: (row) => row },
  'a scale per column': { scales: [width], axis: 1, blockSize: 0, of: (_, column) => column },
  'blocks of four columns': { scales: [rows, 2], axis: 1, blockSize: 4, of: (row, column) => 2 * row + Math.floor(column / 4) },
}; // prettier-ignore

const cases = Object.entries(layouts).flatMap(([name, layout]) =>
  (['int8', 'uint8'] as const).map((type) => ({ name, type, ...layout })),
);

it.each(cases)(
  'rows of $type with $name are gathered as bytes',
  async ({ type, scales, axis, blockSize, of }) => {
    const count = scales.reduce((product, dim) => product * dim, 1);
    const offset = type === 'int8' ? 0 : 128;
    const g = new GraphBuilder();
    const weight = (
      name: string,
      elementType: ElementType,
      dims: readonly number[],
      contents: readonly number[],
    ) => {
      const bytes = packNumbers(Float64Array.from(contents), elementType);
      return g.weight({ name, elementType, dims, data: { bytes } } satisfies Initializer);
    };
    const table = weight('table', type, [rows, width], codes.map((code) => code + offset)); // prettier-ignore
    const scale = weight('scale', 'float32', scales, numbers(count));
    const zeros = weight('zeros', type, scales, whole(count).map((zero) => zero + offset)); // prettier-ignore
    const floats = dequantizedWeight(g, table, scale, zeros, { axis, blockSize });
    const gathered = gatherStored(g, floats, g.input('ids', 'int64', [2, 2]), 0);
    const graph = g.finish('rows', { y: gathered });
    const wanted = ids.flatMap((row) =>
      Array.from({ length: width }, (_, column) => {
        const at = of(row, column);
        return (codes[row * width + column]! - whole(count)[at]!) * numbers(count)[at]!;
      }),
    );
    const { y } = await runGraph(graph, { ids });
    expect(gathered.shape).toEqual([2, 2, width]);
    expect([...y!]).toEqual(wanted);
    const wide = graph.nodes.filter(({ output }) => output.shape.join() === `1,${rows},${width}`);
    expect(wide).toEqual([]);
  },
);
