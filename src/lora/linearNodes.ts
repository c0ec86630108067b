import type { Model, ModelNode } from '../graph/model.ts';

/** Sizes of a linear layer and the values between which it computes. */
export interface LinearNode {
  /** The node that yields the layer's output as floats. */
  readonly node: string;
  /** The float value that the layer reads. */
  readonly input: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly elementType: 'float32' | 'float16';
}

/** Who computes and who reads each value of a graph, and its initializers by name. */
export interface GraphIndex {
  readonly initializers: ReadonlyMap<
    string,
    { readonly dims: readonly number[]; readonly elementType: string }
  >;
  readonly producers: ReadonlyMap<string, ModelNode>;
  readonly readers: ReadonlyMap<string, readonly ModelNode[]>;
}

export function indexGraph({ graph }: Model): GraphIndex {
  const readers = new Map<string, ModelNode[]>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return {
    initializers: new Map(graph.initializers.map((initializer) => [initializer.name, initializer])),
    producers: new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const))),
    readers,
  };
}

type Reader = (node: ModelNode, index: GraphIndex) => LinearNode | null;

/** How a linear layer is written, by the op of its product; `null` where a product is none of a weight. */
const forms: Readonly<Record<string, Reader>> = {
  Gemm: (node, index) => product(node, node.inputs[0], gemmWeight(node, weightOf(index, node.inputs[1]))),
  MatMul: (node, index) => product(node, node.inputs[0], weightOf(index, node.inputs[1])),
  MatMulNBits: (node, index) => blocked(node, index.initializers.get(node.inputs[2] ?? '')),
  MatMulBnb4: (node, index) => blocked(node, index.initializers.get(node.inputs[2] ?? '')),
  MatMulInteger: integerProduct,
  MatMulIntegerToFloat: (node, index) =>
    product(node, roundedFrom(index, node.inputs[0]), weightOf(index, node.inputs[1])),
  DynamicQuantizeMatMul: (node, index) => product(node, node.inputs[0], weightOf(index, node.inputs[1])),
};

/** The linear layer that a node is the product of; `null` for other nodes and products of activations. */
export function readLinear(node: ModelNode, index: GraphIndex): LinearNode | null {
  const read = Object.hasOwn(forms, node.opType) ? forms[node.opType] : undefined;
  return read?.(node, index) ?? null;
}

interface Weight {
  readonly dims: readonly number[];
  readonly elementType: string;
}

function product(node: ModelNode, input: string | undefined, weight: Weight | null): LinearNode | null {
  const [inFeatures, outFeatures] = weight?.dims ?? [];
  if (!input || !weight || inFeatures === undefined || outFeatures === undefined || weight.dims.length !== 2)
    return null;
  const elementType = weight.elementType === 'float16' ? 'float16' : 'float32';
  return { node: node.name, input, inFeatures, outFeatures, elementType };
}

/** Sizes in attributes; the type of the scales is that of the activations. */
function blocked(node: ModelNode, scales: Weight | undefined): LinearNode | null {
  const [width, rows] = [node.attributes['K'], node.attributes['N']];
  if (!scales || width?.type !== 'int' || rows?.type !== 'int') return null;
  return product(node, node.inputs[0], { dims: [width.value, rows.value], elementType: scales.elementType });
}

/**
 * A weight [in, out]: an initializer, or one that is dequantized, cast or transposed on its way. What is dequantized has
 * the type of its scales.
 */
function weightOf(index: GraphIndex, name = ''): Weight | null {
  const stored = index.initializers.get(name);
  if (stored) return stored;
  const node = index.producers.get(name);
  if (node?.opType === 'DequantizeLinear') {
    const [weight, scale] = [weightOf(index, node.inputs[0]), index.initializers.get(node.inputs[1] ?? '')];
    return weight && scale ? { dims: weight.dims, elementType: scale.elementType } : null;
  }
  if (node?.opType === 'Transpose') {
    const weight = weightOf(index, node.inputs[0]);
    return weight?.dims.length === 2 ? { ...weight, dims: weight.dims.toReversed() } : null;
  }
  return null;
}

/** Gemm's second operand, [in, out] or transposed; a transposed first one is no activation. */
function gemmWeight({ attributes }: ModelNode, weight: Weight | null): Weight | null {
  const isSet = (name: string) => attributes[name]?.type === 'int' && attributes[name].value === 1;
  if (!weight || isSet('transA')) return null;
  return isSet('transB') ? { ...weight, dims: weight.dims.toReversed() } : weight;
}

/** What a quantized activation was rounded from. */
function roundedFrom(index: GraphIndex, name = ''): string | undefined {
  const node = index.producers.get(name);
  return node?.opType === 'DynamicQuantizeLinear' ? node.inputs[0] : undefined;
}

/**
 * MatMulInteger of a dynamically quantized activation, then Cast and Mul by both scales: the layer's output is the
 * product's, its input what was quantized.
 */
function integerProduct(node: ModelNode, index: GraphIndex): LinearNode | null {
  const next = (from: ModelNode | undefined, opType: string) => {
    const [reader, ...others] = index.readers.get(from?.outputs[0] ?? '') ?? [];
    return others.length === 0 && reader?.opType === opType ? reader : undefined;
  };
  const scaled = next(next(node, 'Cast'), 'Mul');
  const input = roundedFrom(index, node.inputs[0]);
  return scaled ? product(scaled, input, weightOf(index, node.inputs[1])) : null;
}
