import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Value } from '../../src/graph/graph.ts';
import type { Model, ModelGraph } from '../../src/graph/model.ts';
import { lower } from '../../src/lowering/lower.ts';
import { attributesOf, modelOf, type FusedOp, type TestInput } from './opModel.ts';

const ints = (contents: number[], shape = [contents.length]): TestInput => ({
  type: 'int64',
  shape,
  contents,
});
const floats = (contents: number[], shape = [contents.length]): TestInput => ({ shape, contents });
const bools = (contents: number[], shape = [contents.length]): TestInput => ({
  type: 'bool',
  shape,
  contents,
});

/** Lowers one op on constants; expects its outputs to be constants too and returns shape and contents of each. */
function folded(op: string, inputs: FusedOp['inputs'], attributes: FusedOp['attributes'] = {}, outputs = 1) {
  const model = modelOf({ op, inputs, attributes, outputs: new Array<number[]>(outputs).fill([]) });
  const values = lowerOutputs(model, new GraphBuilder());
  return values.map(({ constant, shape }) => [shape, constant && Array.from(constant)]);
}

function lowerOutputs(model: Model, g: GraphBuilder): Value[] {
  const values = new Map<string, Value>();
  for (const { name, shape } of model.graph.inputs)
    values.set(name, g.input(name, 'float32', shape as number[]));
  const names = model.graph.outputs.map(({ name }) => name);
  lower(g, model, values, names);
  return names.map((name) => values.get(name)!);
}

it.each<[string, FusedOp['inputs'], FusedOp['attributes'], number[], number[]]>([
  ['Shape', [{ shape: [2, 5, 8] }], {}, [3], [2, 5, 8]],
  ['Shape', [{ shape: [2, 5, 8] }], { start: 1, end: -1 }, [1], [5]],
  ['Size', [{ shape: [2, 5] }], {}, [], [10]],
  ['Range', [ints([2], []), ints([8], []), ints([3], [])], {}, [2], [2, 5]],
  ['Range', [ints([3], []), ints([3], []), ints([1], [])], {}, [0], []],
  ['ConstantOfShape', [ints([2, 2])], {}, [2, 2], [0, 0, 0, 0]],
  ['Mod', [ints([7, -7]), ints([3])], {}, [2], [1, 2]],
  ['Trilu', [ints([1, 2, 3, 4, 5, 6], [2, 3]), ints([1], [])], { upper: 1 }, [2, 3], [0, 2, 3, 0, 0, 6]],
  ['Trilu', [ints([1, 2, 3, 4], [2, 2])], { upper: 0 }, [2, 2], [1, 0, 3, 4]],
  ['CumSum', [ints([1, 1, 0, 1, 1, 1], [2, 3]), ints([1], [])], {}, [2, 3], [1, 2, 2, 1, 2, 3]],
  ['CumSum', [ints([1, 2, 3, 4], [2, 2]), ints([0], [])], {}, [2, 2], [1, 2, 4, 6]],
  ['NonZero', [ints([0, 3, 4, 0], [2, 2])], {}, [2, 2], [0, 1, 1, 0]],
  ['ScatterND', [ints([1, 2, 3, 4], [2, 2]), ints([1], [1, 1]), ints([8, 9], [1, 2])], {}, [2, 2], [1, 2, 8, 9]],
  ['ReduceProd', [ints([2, 3, 4])], { keepdims: 0 }, [], [24]],
  ['ReduceMin', [ints([5, 3, 4])], {}, [1], [3]],
  ['ReduceSum', [ints([1, 2, 3, 4], [2, 2]), ints([1])], { keepdims: 0 }, [2], [3, 7]],
  ['Squeeze', [ints([7, 8], [1, 2, 1]), ints([0])], {}, [2, 1], [7, 8]],
  ['Squeeze', [ints([7, 8], [1, 2, 1])], {}, [2], [7, 8]],
  ['Unsqueeze', [ints([7, 8]), ints([0, -1])], {}, [1, 2, 1], [7, 8]],
  ['Flatten', [ints([1, 2, 3, 4], [2, 1, 2])], { axis: -1 }, [2, 2], [1, 2, 3, 4]],
  ['Tile', [ints([1, 2]), ints([2])], {}, [4], [1, 2, 1, 2]],
  ['Concat', [ints([], [0]), ints([4, 5])], { axis: 0 }, [2], [4, 5]],
  ['Expand', [ints([1, 2], [2, 1]), ints([2, 2])], {}, [2, 2], [1, 1, 2, 2]],
  ['Cast', [floats([1.7, -1.7])], { to: 7 }, [2], [1, -1]],
  ['Greater', [ints([1, 2, 3]), ints([2])], {}, [3], [0, 0, 1]],
  ['And', [bools([1, 1]), bools([1, 0])], {}, [2], [1, 0]],
  ['Where', [bools([1, 0]), ints([1, 2]), ints([8, 9])], {}, [2], [1, 9]],
  ['Clip', [floats([-2, 0, 2]), floats([-1], [])], {}, [3], [-1, 0, 2]],
  ['Slice', [ints([1, 2, 3, 4]), ints([-1]), ints([-9]), ints([0]), ints([-2])], {}, [2], [4, 2]],
])('folds %s to a constant', (op, inputs, attributes, shape, contents) => {
  expect(folded(op, inputs, attributes)).toEqual([[shape, contents]]);
}); // prettier-ignore

it('splits into given, equal and uneven parts', () => {
  expect(folded('Split', [ints([1, 2, 3]), ints([1, 2])], {}, 2)).toEqual([[[1], [1]], [[2], [2, 3]]]); // prettier-ignore
  expect(folded('Split', [ints([1, 2, 3, 4])], {}, 2)).toEqual([[[2], [1, 2]], [[2], [3, 4]]]); // prettier-ignore
  expect(folded('Split', [ints([1, 2, 3])], { num_outputs: 2 }, 2)).toEqual([[[2], [1, 2]], [[1], [3]]]); // prettier-ignore
});

it('reads half-precision and integer constants from their bytes', () => {
  const bytes = Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00); // 1, −2, 65504, 2⁻²⁴
  const tensor = { name: 't', elementType: 'float16' as const, dims: [4], data: { bytes } };
  const model = modelOf({ op: 'Constant', inputs: [], outputs: [[4]] });
  const node = {
    ...model.graph.nodes[0]!,
    attributes: { value: { type: 'tensor' as const, value: tensor } },
  };
  const [value] = lowerOutputs({ ...model, graph: { ...model.graph, nodes: [node] } }, new GraphBuilder());
  expect(value!.elementType).toBe('float32');
  expect(Array.from(value!.constant!)).toEqual([1, -2, 65504, 2 ** -24]);
});

it('puts the branch that a known condition selects in place', () => {
  const branch = (name: string, opType: string): ModelGraph => ({
    name,
    nodes: [{ name: `${name}/op`, opType, domain: '', inputs: ['x1'], outputs: [name], attributes: {} }],
    inputs: [],
    outputs: [{ name, elementType: 'float32', shape: null }],
    initializers: [],
    valueInfos: [],
  });
  const model = modelOf({ op: 'If', inputs: [bools([0], []), { shape: [2] }], outputs: [[2]] });
  const attributes = {
    then_branch: { type: 'graph' as const, value: branch('then', 'Exp') },
    else_branch: { type: 'graph' as const, value: branch('else', 'Tanh') },
  };
  const node = { ...model.graph.nodes[0]!, inputs: ['x0'], attributes };
  const [value] = lowerOutputs({ ...model, graph: { ...model.graph, nodes: [node] } }, new GraphBuilder());
  expect(value!.node!.op).toBe('Tanh');
});

it('drops a selection with a known condition', () => {
  const model = modelOf({
    op: 'Where',
    inputs: [bools([0], [1, 1]), { shape: [2, 3] }, { shape: [2, 3] }],
    outputs: [[2, 3]],
  });
  expect(lowerOutputs(model, new GraphBuilder())[0]!.name).toBe('x2');
});

it('turns squares, cubes and roots into products', () => {
  const power = (exponent: number) => lowerOutputs(modelOf({ op: 'Pow', inputs: [{ shape: [2] }, floats([exponent], [])], outputs: [[2]] }), new GraphBuilder())[0]!.node!.op; // prettier-ignore
  expect([2, 3, 0.5, 1.5].map(power)).toEqual(['Mul', 'Mul', 'Sqrt', 'Pow']);
});

it.each<[FusedOp['attributes'], string]>([
  [{ to: 10 }, 'x0'],
  [{ to: 1 }, 'x0'],
])('drops casts between floating-point types (%o)', (attributes, name) => {
  const model = modelOf({ op: 'Cast', inputs: [{ shape: [2] }], attributes, outputs: [[2]] });
  expect(lowerOutputs(model, new GraphBuilder())[0]!.name).toBe(name);
});

it('keeps attributes apart by type', () => {
  expect(attributesOf({ a: 1, b: 0.5, c: '2f' })).toMatchObject({ a: { type: 'int' }, b: { type: 'float' }, c: { type: 'float' } }); // prettier-ignore
});
