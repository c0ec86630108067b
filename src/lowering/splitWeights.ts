import type { Attributes, Initializer, ModelNode } from '../graph/model.ts';
import { storedRows } from '../graph/storedRows.ts';
import { packNumbers } from '../graph/toModel.ts';
import { intAttribute } from './attributes.ts';

/** Which weights are cut: tables that rows are looked up in alone, or matrices of products too. */
export type SplitWeights = 'tables' | 'all';

/** Rows `start` to `end` (exclusive) of the weights that a node reads. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** The node's inputs with those rows in the place of its weights. */
  readonly inputs: readonly string[];
}

/** Pieces begin at multiples of this where they can, because kernels work on tiles of as many outputs. */
const tile = 64;
/**
 * Token ids are compared as floats, which WebGPU computes with, other than with int64. It does not even cast int64, so ids
 * become floats by being looked up in the list of all (64 MiB at most, which any device binds).
 */
const largestFloatInteger = 2 ** 24;

/**
 * Cuts weights that exceed what a device binds at a time into pieces of whole rows, which lie where they lie in the file:
 * - Gather and GatherBlockQuantized of a table [V, …]: one lookup per piece, of ids brought into its range, and a choice
 *   among the rows found; bit for bit the same rows.
 * - MatMulNBits [N, …] (heads, mostly): one product per piece, their columns side by side; the same numbers.
 * - MatMul by a matrix [K, N]: columns are not contiguous, so products with rows of it are added up; the sum's order, hence
 *   its rounding, is another.
 * Nodes of other forms stay as they are.
 */
export class WeightSplitter {
  readonly #weights: ReadonlyMap<string, Initializer>;
  readonly #largestBytes: number;
  readonly #isOldOpset: boolean;
  readonly #kind: SplitWeights;
  readonly #added = new Map<string, Initializer>();

  /** @param opset version of ONNX's own ops, which decides where axes are stated */
  constructor(
    weights: readonly Initializer[],
    { largestBytes, opset, kind = 'all' }: { largestBytes: number; opset: number; kind?: SplitWeights },
  ) {
    this.#weights = new Map(weights.map((weight) => [weight.name, weight]));
    this.#largestBytes = largestBytes;
    this.#isOldOpset = opset < 13;
    this.#kind = kind;
  }

  /** Pieces and constants that rewritten nodes read. */
  get added(): readonly Initializer[] {
    return [...this.#added.values()];
  }

  /** The nodes that compute what `node` does, with no larger weight than allowed. */
  rewrite = (node: ModelNode): readonly ModelNode[] => {
    const { opType } = node;
    if (opType === 'Gather' && intAttribute(node, 'axis', 0) === 0) return this.#splitTable(node, [0]);
    if (opType === 'GatherBlockQuantized' && intAttribute(node, 'gather_axis', 0) === 0)
      return this.#splitTable(node, [0, 2, 3]);
    if (this.#kind === 'tables') return [node];
    if (opType === 'MatMulNBits' && !node.inputs[4]) return this.#splitQuantized(node);
    return opType === 'MatMul' ? this.#splitProduct(node) : [node];
  };

  #splitTable(node: ModelNode, weights: readonly number[]): readonly ModelNode[] {
    const { dims = [] } = this.#weights.get(node.inputs[0] ?? '') ?? {};
    const pieces = dims.length === 2 ? this.#pieces(node, weights, dims[0]!) : null;
    if (!pieces) return [node];
    const s = new Steps(node, this.#added);
    const ids = s.op('Gather', [s.countTo(dims[0]!), node.inputs[1]!]);
    const column = s.unsqueeze(ids, this.#isOldOpset);
    const found = pieces.map(({ start, end, inputs }) => {
      const lowest = s.op('Max', [s.op('Sub', [ids, s.float(start)]), s.float(0)]);
      const within = s.op('Cast', [s.op('Min', [lowest, s.float(end - start - 1)])], toInt32);
      return s.as(node, [inputs[0]!, within, ...inputs.slice(2)], node.attributes);
    });
    found.slice(1).reduce((chosen, next, i) => {
      const isBefore = s.op('Less', [column, s.float(pieces[i + 1]!.start)]);
      const output = i === found.length - 2 ? node.outputs[0] : undefined;
      return s.op('Where', [isBefore, chosen, next], {}, output);
    }, found[0]!);
    return s.nodes;
  }

  #splitQuantized(node: ModelNode): readonly ModelNode[] {
    const pieces = this.#pieces(node, [1, 2, 3, 5], intAttribute(node, 'N', 0));
    if (!pieces) return [node];
    const s = new Steps(node, this.#added);
    const columns = pieces.map(({ start, end, inputs }) =>
      s.as(node, inputs, { ...node.attributes, N: { type: 'int', value: end - start } }),
    );
    s.op('Concat', columns, { axis: { type: 'int', value: -1 } }, node.outputs[0]);
    return s.nodes;
  }

  #splitProduct(node: ModelNode): readonly ModelNode[] {
    const { dims = [] } = this.#weights.get(node.inputs[1] ?? '') ?? {};
    const pieces = dims.length === 2 ? this.#pieces(node, [1], dims[0]!) : null;
    if (!pieces) return [node];
    const s = new Steps(node, this.#added);
    const products = pieces.map(({ start, end, inputs }) => {
      const x = s.op('Slice', [inputs[0]!, s.ints([start]), s.ints([end]), s.ints([-1])]);
      return s.as(node, [x, inputs[1]!], node.attributes);
    });
    products.slice(1).reduce((sum, next, i) => {
      return s.op('Add', [sum, next], {}, i === products.length - 2 ? node.outputs[0] : undefined);
    }, products[0]!);
    return s.nodes;
  }

  /** The pieces of a node's weights, all cut at the same rows; `null` where they need or allow no cut. */
  #pieces(node: ModelNode, positions: readonly number[], rows: number): Piece[] | null {
    const named = positions.filter((position) => node.inputs[position]);
    const weights = named.map((position) => this.#weights.get(node.inputs[position]!));
    if (rows < 1 || rows > largestFloatInteger || !weights.every((weight) => weight !== undefined))
      return null;
    const bytes = Math.max(...weights.map(({ data }) => ('bytes' in data ? data.bytes.length : data.length)));
    if (bytes <= this.#largestBytes) return null;
    const size = pieceRows(rows, bytes, this.#largestBytes);
    const pieces = Array.from({ length: Math.ceil(rows / size) }, (_, i) => {
      const [start, end] = [i * size, Math.min((i + 1) * size, rows)];
      const parts = weights.map((weight) => storedRows(weight, rows, start, end));
      const inputs = node.inputs.map((name, at) => parts[named.indexOf(at)]?.name ?? name);
      return { start, end, inputs, parts };
    });
    const parts = pieces.flatMap((piece) => piece.parts);
    if (!parts.every((part) => part !== null)) return null;
    parts.forEach((part) => this.#added.set(part.name, part));
    return pieces;
  }
}

/** Rows per piece: as even as tiles allow, at least one however long a row is. */
function pieceRows(rows: number, bytes: number, largestBytes: number): number {
  const most = Math.max(1, Math.floor((largestBytes * rows) / bytes));
  const step = most >= tile ? tile : 1;
  const count = Math.ceil(rows / (most - (most % step)));
  return Math.ceil(rows / count / step) * step;
}

const toInt32: Attributes = { to: { type: 'int', value: 6 } };

/** Source nodes named after the value that they compute. */
class Steps {
  readonly nodes: ModelNode[] = [];
  readonly #prefix: string;
  readonly #constants: Map<string, Initializer>;

  constructor({ outputs }: ModelNode, constants: Map<string, Initializer>) {
    this.#prefix = `${outputs[0]!}/whittle_split`;
    this.#constants = constants;
  }

  op(opType: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = `${this.#prefix}/${opType}_${this.nodes.length}`;
    this.nodes.push({ name, opType, domain: '', inputs, outputs: [output ?? name], attributes });
    return output ?? name;
  }

  /** A node like `node` on other inputs. */
  as({ opType, domain }: ModelNode, inputs: readonly string[], attributes: Attributes): string {
    const name = `${this.#prefix}/${opType}_${this.nodes.length}`;
    this.nodes.push({ name, opType, domain, inputs, outputs: [name], attributes });
    return name;
  }

  unsqueeze(x: string, isOldOpset: boolean): string {
    if (isOldOpset) return this.op('Unsqueeze', [x], { axes: { type: 'ints', value: [-1] } });
    return this.op('Unsqueeze', [x, this.ints([-1])]);
  }

  float = (value: number): string => this.#constant('float32', [], [value]);
  ints = (values: readonly number[]): string => this.#constant('int64', [values.length], values);

  /** 0, 1, … `count` − 1 as floats. */
  countTo(count: number): string {
    const numbers = Float32Array.from({ length: count }, (_, i) => i);
    return this.#constant('float32', [count], numbers, `0_to_${count}`);
  }

  #constant(
    elementType: 'float32' | 'int64',
    dims: readonly number[],
    contents: ArrayLike<number>,
    label = Array.from(contents).join('_'),
  ): string {
    const name = `whittle_split/${elementType}_${label}`;
    const bytes = packNumbers(Float64Array.from(contents), elementType);
    this.#constants.set(name, { name, elementType, dims, data: { bytes } });
    return name;
  }
}
