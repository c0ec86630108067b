import type { Model, ModelNode } from '../graph/model.ts';
import { findInput, int64Constant, standardNode } from './modelPieces.ts';

const prefix = 'whittle/last_logits';
const projections = new Set(['MatMul', 'MatMulNBits', 'Gemm', 'MatMulInteger', 'FusedMatMul']);
// What exports put between the projection and the output: casts, and the softcap tanh(x / c) · c.
const elementwise = new Set(['Cast', 'Mul', 'Div', 'Tanh', 'Add', 'Identity']);

/**
 * Makes the model compute the logits of the last position only: hidden states are sliced before the lm_head.
 * A batch of 16 rows of 512 tokens would otherwise cost 1.6 GB of logits at a vocabulary of 49,152.
 * Exports with `num_logits_to_keep` can do this themselves and come back as they are.
 * @throws when no projection is found behind the output `logits`.
 */
export function keepLastLogits(model: Model): Model {
  if (findInput(model, 'num_logits_to_keep')) return model;
  const head = findHead(model);
  const hidden = head.inputs[0] ?? '';
  const last = `${prefix}/hidden`;
  const slice = standardNode('Slice', last, [hidden, `${prefix}/start`, `${prefix}/end`, `${prefix}/axis`]);
  const sliced = { ...head, inputs: [last, ...head.inputs.slice(1)] };
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.flatMap((node) => (node === head ? [slice, sliced] : [node])),
      outputs: graph.outputs.map((output) =>
        output.name === 'logits' && output.shape?.length === 3
          ? { ...output, shape: [output.shape[0] ?? null, 1, output.shape[2] ?? null] }
          : output,
      ),
      // A declared shape behind the slice would be wrong now; none is needed there.
      valueInfos: graph.valueInfos.filter((info) => !head.outputs.includes(info.name)),
      initializers: [
        ...graph.initializers,
        int64Constant(`${prefix}/start`, [-1]),
        int64Constant(`${prefix}/end`, [2 ** 31 - 1]),
        int64Constant(`${prefix}/axis`, [1]),
      ],
    },
  };
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
