import type { Model, ModelNode } from '../graph/model.ts';
import { rewriteDecoders } from '../lora/mergedDecoder.ts';
import { findInput, int64Constant, standardNode } from './modelPieces.ts';

const prefix = 'whittle/last_logits';
const projections = new Set([
  'MatMul',
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'FusedMatMul',
  'Gemm',
]);
// What exports put between the projection and the output: casts, and the softcap tanh(x / c) · c.
const elementwise = new Set(['Cast', 'Mul', 'Div', 'Tanh', 'Add', 'Identity']);

/**
 * Makes the model compute the logits of the last position only: hidden states are sliced before the lm_head.
 * A batch of 16 rows of 512 tokens would otherwise cost 1.6 GB of logits at a vocabulary of 49,152.
 * Merged exports are sliced in both branches; exports with `num_logits_to_keep` can do this themselves and come back
 * as they are.
 * @throws when no projection is found behind the output `logits`.
 */
export function keepLastLogits(model: Model): Model {
  if (findInput(model, 'num_logits_to_keep')) return model;
  const slicedOutputs = new Set<string>();
  const sliced = rewriteDecoders(model, (decoder) => {
    const head = findHead(decoder);
    head.outputs.forEach((name) => slicedOutputs.add(name));
    return (node) => (node === head ? sliceBefore(head) : [node]);
  });
  const { graph } = sliced;
  return {
    ...sliced,
    graph: {
      ...graph,
      outputs: graph.outputs.map((output) =>
        output.name === 'logits' && output.shape?.length === 3
          ? { ...output, shape: [output.shape[0] ?? null, 1, output.shape[2] ?? null] }
          : output,
      ),
      // A declared shape behind the slice would be wrong now; none is needed there.
      valueInfos: graph.valueInfos.filter(({ name }) => !slicedOutputs.has(name)),
      initializers: [
        ...graph.initializers,
        int64Constant(`${prefix}/start`, [-1]),
        int64Constant(`${prefix}/end`, [2 ** 31 - 1]),
        int64Constant(`${prefix}/axis`, [1]),
      ],
    },
  };
}

/** The head on the last of the hidden states [B, T, H]. */
function sliceBefore(head: ModelNode): ModelNode[] {
  const last = `${prefix}/hidden`;
  const inputs = [head.inputs[0] ?? '', `${prefix}/start`, `${prefix}/end`, `${prefix}/axis`];
  return [standardNode('Slice', last, inputs), { ...head, inputs: [last, ...head.inputs.slice(1)] }];
}

/** The lm_head: the first projection met when walking back from the output `logits`. */
function findHead(model: Model): ModelNode {
  const producers = new Map(
    model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  let node = producers.get('logits');
  while (node && elementwise.has(node.opType)) {
    const data = node.inputs.find(
      (name) => producers.has(name) && producers.get(name)?.opType !== 'Constant',
    );
    node = producers.get(data ?? '');
  }
  if (!node || !projections.has(node.opType)) {
    throw new Error(
      `The lm_head was not found behind the output "logits"${node ? `: node ${node.name} is a ${node.opType}` : ''}; export the model with num_logits_to_keep.`,
    );
  }
  return node;
}
