import { buildTrainingGraphs } from '../../src/compileTrainingModel.ts';
import { countParameters } from '../../src/cli/countParameters.ts';
import { estimateMemory } from '../../src/graph/memoryEstimate.ts';
import type {
  Attribute,
  Initializer,
  Model,
  ModelGraph,
  ModelNode,
  ValueInfo,
} from '../../src/graph/model.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { OnnxFormatError } from '../../src/onnx/onnxFormatError.ts';
import type { Random } from '../../src/random.ts';
import type { FuzzedReader } from './fuzzRun.ts';
import { tinyDecoder } from './tinyDecoder.ts';

const oddSizes = [0, 1, 2, 3, 7, -1, -2, 2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53, -(2 ** 31)];

const opTypes = [
  'Add', 'Mul', 'Div', 'MatMul', 'Gemm', 'Reshape', 'Transpose', 'Concat', 'Slice', 'Split', 'Gather', 'Expand', 'Tile', 'Range',
  'ConstantOfShape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Cast', 'Where', 'Softmax', 'ReduceSum', 'ReduceMean', 'CumSum', 'NonZero',
  'Trilu', 'ScatterND', 'Shape', 'Size', 'If', 'Constant', 'Loop', 'Mod', 'ReduceProd', 'Pow', 'Clip', 'Identity', 'IsNaN',
  'LayerNormalization', 'Attention', 'RotaryEmbedding', 'SimplifiedLayerNormalization', 'DequantizeLinear', 'Max', 'Sum', '',
  '__proto__', 'constructor',
] as const; // prettier-ignore

const microsoftTypes = ['MatMulNBits', 'GatherBlockQuantized', 'GroupQueryAttention', 'MultiHeadAttention', 'RotaryEmbedding', 'SkipLayerNormalization']; // prettier-ignore

const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;

const oddSize = (random: Random) => pick(random, oddSizes);

const oddShape = (random: Random) => Array.from({ length: random.below(5) }, () => oddSize(random));

/** The list with one of its items, where there is any, replaced by what `change` makes of it. */
function replaced<T>(random: Random, items: readonly T[], change: (item: T) => readonly T[]): readonly T[] {
  const at = random.below(items.length);
  return items.flatMap((item, i) => (i === at ? change(item) : [item]));
}

/** Names that exist in the graph, one that does not, and none. */
function anyName(random: Random, { nodes, inputs, initializers }: ModelGraph): string {
  if (random.next() < 0.1) return pick(random, ['', 'nowhere', '__proto__']);
  const names = [...nodes.flatMap(({ outputs }) => outputs), ...inputs.map(({ name }) => name), ...initializers.map(({ name }) => name)]; // prettier-ignore
  return pick(random, names);
}

function int64(name: string, values: readonly number[]): Initializer {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { name, elementType: 'int64', dims: [values.length], data: { bytes } };
}

function oddAttribute(random: Random, graph: ModelGraph): Attribute {
  return pick<() => Attribute>(random, [
    () => ({ type: 'int', value: oddSize(random) }),
    () => ({ type: 'float', value: pick(random, [0, -1, 1e38, Infinity, NaN]) }),
    () => ({ type: 'string', value: 'tanh' }),
    () => ({ type: 'ints', value: oddShape(random) }),
    () => ({ type: 'tensor', value: int64('t', oddShape(random)) }),
    () => ({ type: 'graph', value: { ...graph, nodes: graph.nodes.slice(0, 3), initializers: [] } }),
  ])();
}

const attributeNames = ['axis', 'axes', 'perm', 'N', 'K', 'bits', 'block_size', 'num_heads', 'kv_num_heads', 'to', 'value', 'keepdims', 'then_branch', 'else_branch', 'epsilon', 'scale', 'local_window_size', 'start', 'end', '__proto__']; // prettier-ignore

function changeNode(random: Random, node: ModelNode, graph: ModelGraph): ModelNode[] {
  const at = random.below(node.inputs.length + 1);
  const names = [...Object.keys(node.attributes), pick(random, attributeNames)];
  const attribute = pick(random, names);
  return pick<() => ModelNode[]>(random, [
    () => [],
    () => [node, node],
    () => [node, { ...node, name: `${node.name}/again` }],
    () => [{ ...node, inputs: replaced(random, node.inputs, () => [anyName(random, graph)]) }],
    () => [{ ...node, inputs: [...node.inputs, anyName(random, graph)] }],
    () => [{ ...node, inputs: node.inputs.slice(0, at) }],
    () => [{ ...node, inputs: node.inputs.toReversed() }],
    () => [{ ...node, outputs: pick(random, [[], [''], [anyName(random, graph)], [...node.outputs, 'x']]) }],
    () => [{ ...node, opType: pick(random, opTypes), domain: '' }],
    () => [{ ...node, opType: pick(random, microsoftTypes), domain: 'com.microsoft' }],
    () => [{ ...node, name: pick(random, ['', 'same', '\n', 'x'.repeat(3000)]) }],
    () => [{ ...node, attributes: Object.fromEntries([...Object.entries(node.attributes), [attribute, oddAttribute(random, graph)]]) }],
    () => [{ ...node, attributes: Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== attribute)) }],
  ])(); // prettier-ignore
}

function changeInitializer(random: Random, initializer: Initializer): Initializer[] {
  const { dims } = initializer;
  const length = 'bytes' in initializer.data ? initializer.data.bytes.length : initializer.data.length;
  const external = (location: string, offset = 0) => ({ ...initializer, data: { location, offset, length } });
  return pick<() => Initializer[]>(random, [
    () => [],
    () => [initializer, initializer],
    () => [{ ...initializer, dims: replaced(random, dims, () => [oddSize(random)]), data: { location: 'w', offset: 0, length } }],
    () => [{ ...initializer, dims: dims.toReversed() }],
    () => [{ ...initializer, dims: [...dims, 1] }],
    () => [{ ...initializer, elementType: pick(random, ['float16', 'int64', 'bool', 'string', 'uint4', 'float64', 'uint8'] as const) }],
    () => [{ ...initializer, name: pick(random, ['', '__proto__', 'input_ids', 'logits']) }],
    () => [external(pick(random, ['../../etc/passwd', '/etc/passwd', 'C:\\w', 'a/../../b', '', 'w\0', '%2e%2e/w']))],
    () => [external('w', pick(random, [2 ** 40, 2 ** 53 - 1, -1, 0.5]))],
    () => [int64(initializer.name, oddShape(random))],
  ])(); // prettier-ignore
}

function changeValue(random: Random, info: ValueInfo): ValueInfo[] {
  return pick<() => ValueInfo[]>(random, [
    () => [],
    () => [info, info],
    () => [{ ...info, shape: null }],
    () => [{ ...info, shape: oddShape(random) }],
    () => [{ ...info, elementType: pick(random, ['string', 'float16', 'int32', 'bool'] as const) }],
    () => [{ ...info, name: pick(random, ['', '__proto__', 'logits', 'attention_mask', 'unknown']) }],
  ])();
}

/** A node that computes something huge from constants, in front of an input of some other node. */
function insertGiant(random: Random, graph: ModelGraph): ModelGraph {
  const sizes = int64('giant/sizes', pick(random, [[2 ** 60], [2 ** 30, 2 ** 30], [2 ** 32], [2 ** 26], [-5], [2 ** 20, 2 ** 20, 2 ** 20]])); // prettier-ignore
  const one = int64('giant/one', [1]);
  const node = (opType: string, inputs: readonly string[]): ModelNode => ({ name: 'giant', opType, domain: '', inputs, outputs: ['giant/out'], attributes: {} }); // prettier-ignore
  const giant = pick(random, [
    node('ConstantOfShape', ['giant/sizes']),
    node('Expand', ['giant/one', 'giant/sizes']),
    node('Tile', ['giant/one', 'giant/sizes']),
    node('Range', ['giant/zero', 'giant/limit', 'giant/one']),
    node('Reshape', ['giant/one', 'giant/sizes']),
    node('Unsqueeze', ['giant/one', 'giant/sizes']),
  ]);
  const zero = { ...int64('giant/zero', [0]), dims: [] };
  const limit = { ...int64('giant/limit', [pick(random, [2 ** 60, 2 ** 33, -1])]), dims: [] };
  const at = random.below(graph.nodes.length);
  const fed = graph.nodes.map((other, i) => {
    const slot = random.below(Math.max(other.inputs.length, 1));
    return i === at && other.inputs.length > 0
      ? { ...other, inputs: other.inputs.with(slot, 'giant/out') }
      : other;
  });
  return { ...graph, nodes: [...fed, giant], initializers: [...graph.initializers, sizes, one, zero, limit] };
}

function mutateGraph(random: Random, graph: ModelGraph): ModelGraph {
  return pick<() => ModelGraph>(random, [
    () => ({ ...graph, nodes: replaced(random, graph.nodes, (node) => changeNode(random, node, graph)) }),
    () => ({ ...graph, nodes: replaced(random, graph.nodes, (node) => changeNode(random, node, graph)) }),
    () => ({ ...graph, nodes: replaced(random, graph.nodes, (node) => changeNode(random, node, graph)) }),
    () => ({
      ...graph,
      initializers: replaced(random, graph.initializers, (i) => changeInitializer(random, i)),
    }),
    () => ({
      ...graph,
      initializers: replaced(random, graph.initializers, (i) => changeInitializer(random, i)),
    }),
    () => ({ ...graph, inputs: replaced(random, graph.inputs, (info) => changeValue(random, info)) }),
    () => ({ ...graph, outputs: replaced(random, graph.outputs, (info) => changeValue(random, info)) }),
    () => ({ ...graph, nodes: graph.nodes.toReversed() }),
    () => insertGiant(random, graph),
  ])();
}

/** A model with one to three of its nodes, weights, inputs or outputs wrong: absurd sizes, cycles, missing or double names. */
export function mutateModel(random: Random, model: Model): Model {
  let { graph } = model;
  for (let count = 1 + random.below(3); count > 0; count--) graph = mutateGraph(random, graph);
  const opsets = random.next() < 0.05 ? { '': oddSize(random) } : model.opsets;
  return { ...model, graph, opsets };
}

const base = tinyDecoder();

/** What `inspect` does with a model file: the graph that trains it, its size and its memory. */
export const fuzzGraphReader: FuzzedReader = {
  name: 'onnx to training graphs',
  errors: [OnnxFormatError, Error],
  input: (random) => encodeModel(mutateModel(random, base), { modelFileName: 'm.onnx' }),
  sizeOf: (bytes) => bytes.length,
  read: (bytes) => inspectModel(decodeModel(bytes, 'model.onnx')),
};

export function inspectModel(decoder: Model): void {
  const lora = { kind: 'lora', targetModules: 'all-linear', rank: 4, alpha: 8 } as const;
  const graphs = buildTrainingGraphs({ decoder, fileName: 'model.onnx' }, lora, {
    batchSize: 1,
    sequenceLength: 8,
  });
  const { activations, weights } = estimateMemory(graphs.training);
  const facts = { activations, weights, size: graphs.layout.size, parameters: countParameters([decoder]) };
  const broken = Object.entries(facts).filter(([, count]) => !(Number.isSafeInteger(count) && count >= 0));
  if (broken.length > 0) throw new TypeError(`It counts ${JSON.stringify(Object.fromEntries(broken))}`);
}
