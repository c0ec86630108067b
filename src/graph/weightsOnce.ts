import { Node, sizeOf, type Graph, type GraphNode, type Shape, type Value } from './graph.ts';
import type { Attributes, Initializer, WeightData } from './model.ts';

/**
 * The same graph with one weight where it read the bytes of a quantized matrix twice: as `MatMulNBits` takes them, and as
 * the matrix [N, K] that `DequantizeLinear` takes for the gradients. The latter becomes a `GatherBlockQuantized` of all
 * rows, which reads the former's bytes. For devices onto which every weight is copied; where files are mapped, two weights
 * on the same bytes cost nothing, and the CPU dequantizes faster than it gathers.
 */
export function readWeightsOnce(graph: Graph): Graph {
  const packed = new PackedWeights(graph);
  const nodes = graph.nodes.flatMap((graphNode) => gatherInstead(graphNode, packed) ?? [graphNode]);
  const read = new Set(nodes.flatMap(({ node }) => node.inputs));
  return { ...graph, nodes, weights: graph.weights.filter(({ value }) => read.has(value)) };
}

/** The weights of a graph by the bytes that they consist of. */
class PackedWeights {
  readonly #initializers: ReadonlyMap<Value, Initializer>;
  readonly #packed = new Map<unknown, Value>();

  constructor({ nodes, weights }: Graph) {
    this.#initializers = new Map(weights.map(({ value, initializer }) => [value, initializer]));
    for (const { node } of nodes)
      if (node.op === 'MatMulNBits') for (const x of [node.input(1), node.inputs[3]]) this.#add(x);
  }

  /** The weight on the same bytes as MatMulNBits takes it; null where there is none. */
  of(value: Value): Value | null {
    const initializer = this.#initializers.get(value);
    return (initializer && this.#packed.get(keyOf(initializer.data))) ?? null;
  }

  /** Whether a weight, written into the graph, consists of one byte alone. */
  isFilledWith(value: Value, byte: number): boolean {
    const data = this.#initializers.get(value)?.data;
    return data !== undefined && 'bytes' in data && data.bytes.every((x) => x === byte);
  }

  #add(value: Value | null | undefined): void {
    const initializer = value && this.#initializers.get(value);
    if (initializer) this.#packed.set(keyOf(initializer.data), value);
  }
}

const keyOf = (data: WeightData): unknown =>
  'bytes' in data ? data.bytes : `${data.offset}+${data.length} ${data.location}`;

/** The smallest block that GatherBlockQuantized knows. */
const smallestBlock = 16;

/** The nodes that compute a DequantizeLinear's output from packed bytes; null where those are not at hand. */
function gatherInstead({ node, output }: GraphNode, packed: PackedWeights): GraphNode[] | null {
  if (node.op !== 'DequantizeLinear' || node.int('block_size', 0) < smallestBlock) return null;
  const [weight, scales, zeros] = [node.input(0), node.input(1), node.inputs[2] ?? null];
  const bytes = packed.of(weight);
  const bits = weight.elementType === 'uint4' ? 4 : 8;
  const isMiddle = zeros === null || packed.isFilledWith(zeros, bits === 4 ? 0x88 : 0x80);
  const zeroBytes = isMiddle ? null : packed.of(zeros);
  if (!bytes || !(isMiddle || zeroBytes)) return null;
  const rows = weight.shape[0]!;
  const [data, ...reshapes] = inRows(`${node.name}/weight`, bytes, rows);
  const [zeroRows, ...more] = zeroBytes ? inRows(`${node.name}/zero_points`, zeroBytes, rows) : [null];
  const gather = new Node(
    `${node.name}/GatherBlockQuantized`,
    'GatherBlockQuantized',
    [data, everyRow(rows), scales, ...(zeroRows ? [zeroRows] : [])],
    gatherAttributes(bits, node.int('block_size', 0)),
  );
  return [...reshapes, ...more, { node: gather, output }];
}

const gatherAttributes = (bits: number, blockSize: number): Attributes =>
  Object.fromEntries(
    Object.entries({ bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 }).map(([name, value]) => [
      name,
      { type: 'int', value },
    ]),
  );

/** Packed bytes as a matrix of `rows` rows, and the node that makes it one, if they are none. onnxruntime copies nothing. */
function inRows(name: string, bytes: Value, rows: number): [Value, ...GraphNode[]] {
  const shape = [rows, sizeOf(bytes.shape) / rows];
  if (bytes.shape.length === 2) return [bytes];
  const node = new Node(`${name}/Reshape`, 'Reshape', [bytes, integers(`${name}/shape`, 'int64', [2], shape)], {}); // prettier-ignore
  const output = { name: `${name}/rows`, elementType: bytes.elementType, shape, node, constant: null };
  return [output, { node, output }];
}

const everyRow = (rows: number): Value =>
  integers(
    `every_row_of_${rows}`,
    'int32',
    [rows],
    Array.from({ length: rows }, (_, i) => i),
  );

const integers = (
  name: string,
  elementType: 'int32' | 'int64',
  shape: Shape,
  contents: readonly number[],
): Value => ({ name, elementType, shape, node: null, constant: Float64Array.from(contents) });
