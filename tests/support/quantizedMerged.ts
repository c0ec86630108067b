import type { Attribute, Initializer, Model, ModelGraph, ModelNode } from '../../src/graph/model.ts';
import { quantizeDecoder, type QuantizedDecoder, type QuantizedForm } from './quantizedForms.ts';

/**
 * Where a merged export has its quantized weights: outside of its `If`, with the scalars inside (both graphs were
 * quantized, then merged), or each branch its own (merged, then quantized with its subgraphs).
 */
export const weightPlaces = ['outside', 'in both branches'] as const;
export type WeightPlace = (typeof weightPlaces)[number];

/** A float32 merged decoder, its weights at hand, as onnxruntime's dynamic quantization leaves both of its branches. */
export function quantizeMerged(model: Model, form: QuantizedForm, place: WeightPlace): QuantizedDecoder {
  const { graph } = model;
  const known = new Set(graph.initializers.map(({ name }) => name));
  const shared = new Map<string, Initializer>();
  let floats: readonly Initializer[] = graph.initializers;
  const quantizeBranch = (branch: ModelGraph): ModelGraph => {
    const whole = { ...branch, nodes: branch.nodes.flatMap(asProduct), initializers: graph.initializers };
    const { quantized, dequantized } = quantizeDecoder({ ...model, graph: whole }, form);
    floats = dequantized.graph.initializers;
    const isShared = ({ name, dims }: Initializer) =>
      known.has(name) || (place === 'outside' && dims.length > 0);
    const { nodes, initializers } = quantized.graph;
    initializers.filter(isShared).forEach((tensor) => shared.set(tensor.name, tensor));
    const own = initializers.filter((tensor) => !isShared(tensor));
    return { ...branch, nodes, initializers: [...branch.initializers, ...own] };
  };
  const nodes = graph.nodes.map((node) => withBranches(node, quantizeBranch));
  return {
    quantized: { ...model, graph: { ...graph, nodes, initializers: [...shared.values()] } },
    dequantized: { ...model, graph: { ...graph, initializers: floats } },
  };
}

function withBranches(node: ModelNode, change: (branch: ModelGraph) => ModelGraph): ModelNode {
  const changed = ([name, attribute]: [string, Attribute]) =>
    [
      name,
      attribute.type === 'graph' ? { ...attribute, value: change(attribute.value) } : attribute,
    ] as const;
  return { ...node, attributes: Object.fromEntries(Object.entries(node.attributes).map(changed)) };
}

/** The quantizer first makes MatMul and Add of every Gemm. */
function asProduct(node: ModelNode): readonly ModelNode[] {
  if (node.opType !== 'Gemm') return [node];
  const { transB } = node.attributes;
  if (transB?.type === 'int' && transB.value !== 0) throw new Error(`${node.name} transposes its weight.`);
  const [x, weight, bias] = node.inputs as [string, string, string];
  const product = `${node.outputs[0]!}_MatMul`;
  const named = (suffix: string) => ({ name: `${node.name}_${suffix}`, domain: '', attributes: {} });
  return [
    { ...named('MatMul'), opType: 'MatMul', inputs: [x, weight], outputs: [product] },
    { ...named('Add'), opType: 'Add', inputs: [product, bias], outputs: node.outputs },
  ];
}

/** The model with the weights that lie in its file read from there. */
export function weightsAtHand(model: Model, file: Uint8Array): Model {
  const read = (tensor: Initializer): Initializer => {
    if ('bytes' in tensor.data) return tensor;
    const { offset, length } = tensor.data;
    return { ...tensor, data: { bytes: file.slice(offset, offset + length) } };
  };
  return { ...model, graph: { ...model.graph, initializers: model.graph.initializers.map(read) } };
}
