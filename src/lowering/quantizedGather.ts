import type { Attributes, ElementType, Initializer, Model, ModelNode } from '../graph/model.ts';
import { packNumbers } from '../graph/toModel.ts';
import { intAttribute } from './attributes.ts';

/** What the expansion must know of a GatherBlockQuantized node's tables. */
export interface QuantizedTable {
  readonly data: { readonly dims: readonly number[]; readonly elementType: ElementType };
  /** Element type of the scales, hence of the gathered rows. */
  readonly scaleType: ElementType;
}

export interface Expansion {
  readonly nodes: readonly ModelNode[];
  readonly initializers: readonly Initializer[];
}

/**
 * Replaces com.microsoft GatherBlockQuantized by ONNX ops that run everywhere: onnxruntime-web's WASM provider has no
 * kernel for it. Rows of packed bytes are gathered, their halves taken apart in float32, scaled. Nodes of other forms
 * (4-bit element types) stay as they are.
 */
export function expandQuantizedGathers(model: Model): Model {
  const tables = new Map(model.graph.initializers.map((initializer) => [initializer.name, initializer]));
  const added: Initializer[] = [];
  const nodes = model.graph.nodes.flatMap((node) => {
    const [data, scales] = [tables.get(node.inputs[0] ?? ''), tables.get(node.inputs[2] ?? '')];
    if (node.opType !== 'GatherBlockQuantized' || !data || !scales) return [node];
    const expansion = expandGather(node, { data, scaleType: scales.elementType });
    if (!expansion) return [node];
    added.push(...expansion.initializers);
    return expansion.nodes;
  });
  return {
    ...model,
    graph: { ...model.graph, nodes, initializers: [...model.graph.initializers, ...added] },
  };
}

/** The ops that one node stands for, ending in the node's own output; `null` for forms that are left alone. */
export function expandGather(node: ModelNode, { data, scaleType }: QuantizedTable): Expansion | null {
  const bits = intAttribute(node, 'bits', 4);
  const blockSize = intAttribute(node, 'block_size', 128);
  const width = (data.dims[1] ?? 0) * (8 / bits);
  const isPlain = intAttribute(node, 'gather_axis', 0) === 0 && intAttribute(node, 'quantize_axis', 1) === 1;
  if (data.elementType !== 'uint8' || data.dims.length !== 2 || !isPlain || width % blockSize !== 0)
    return null;

  const [table, indices, scales, zeroPoints] = node.inputs as [string, string, string, string | undefined];
  const blocks = width / blockSize;
  const s = new Steps(node.name);
  // Flattened as floats: WebGPU does not reshape int64.
  const rows = (name: string, columns: number) =>
    s.reshape(s.op('Cast', [s.op('Gather', [name, indices])], toFloat), [-1, columns]);
  const values = s.reshape(s.unpack(rows(table, data.dims[1]!), bits, data.dims[1]!), [
    -1,
    blocks,
    blockSize,
  ]);
  const packed = Math.ceil((blocks * bits) / 8);
  const zeros = zeroPoints
    ? s.reshape(s.leading(s.unpack(rows(zeroPoints, packed), bits, packed), blocks), [-1, blocks, 1])
    : s.float(2 ** (bits - 1));
  const scaled = s.op('Mul', [
    s.op('Sub', [values, zeros]),
    s.reshape(rows(scales, blocks), [-1, blocks, 1]),
  ]);
  const shape = s.op('Concat', [s.op('Shape', [indices]), s.ints([width])], {
    axis: { type: 'int', value: 0 },
  });
  const to = { type: 'int', value: scaleType === 'float16' ? 10 : 1 } as const;
  s.op('Cast', [s.op('Reshape', [scaled, shape])], { to }, node.outputs[0]);
  return s;
}

const toFloat: Attributes = { to: { type: 'int', value: 1 } };

/** Source nodes under the name of the one they replace. */
class Steps implements Expansion {
  readonly nodes: ModelNode[] = [];
  readonly initializers: Initializer[] = [];
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  op(opType: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = `${this.prefix}/${opType}_${this.nodes.length}`;
    this.nodes.push({ name, opType, domain: '', inputs, outputs: [output ?? name], attributes });
    return output ?? name;
  }

  ints = (values: readonly number[]) => this.constant('int64', [values.length], values);
  float = (value: number) => this.constant('float32', [], [value]);
  reshape = (x: string, shape: readonly number[]) => this.op('Reshape', [x, this.ints(shape)]);

  /** The first `count` columns of [n, columns]. */
  leading = (x: string, count: number) =>
    this.op('Slice', [x, this.ints([0]), this.ints([count]), this.ints([1])]);

  /** Bytes [n, width] as floats → the values they hold [n, width · 8 / bits], low half first. */
  unpack(bytes: string, bits: number, width: number): string {
    if (bits === 8) return bytes;
    const high = this.op('Floor', [this.op('Mul', [bytes, this.float(1 / 16)])]);
    const low = this.op('Sub', [bytes, this.op('Mul', [high, this.float(16)])]);
    const halves = [low, high].map((half) => this.reshape(half, [-1, width, 1]));
    return this.reshape(this.op('Concat', halves, { axis: { type: 'int', value: 2 } }), [-1, width * 2]);
  }

  private constant(
    elementType: 'int64' | 'float32',
    dims: readonly number[],
    contents: readonly number[],
  ): string {
    const name = `${this.prefix}/constant_${this.initializers.length}`;
    const data = { bytes: packNumbers(Float64Array.from(contents), elementType) };
    this.initializers.push({ name, elementType, dims, data });
    return name;
  }
}
