import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import type { Model, ModelNode } from '../../src/graph/model.ts';
import { pocketConfig, quantization } from './modelShape.ts';
import type { Tensors } from './pocketWeights.ts';

const headWeight = 'lm_head.MatMul.weight';

/** The float32 graph that pretraining differentiates; its head reads the embedding itself, so that both learn as one. */
export function pretrainingModel(tensors: Tensors): Model {
  const model = exportDecoder({ config: pocketConfig, tensors, dtype: 'fp32' });
  const tie: ModelNode = {
    name: '/lm_head/Transpose',
    opType: 'Transpose',
    domain: '',
    inputs: ['model.embed_tokens.weight'],
    outputs: [headWeight],
    attributes: { perm: { type: 'ints', value: [1, 0] } },
  };
  const initializers = model.graph.initializers.filter(({ name }) => name !== headWeight);
  return { ...model, graph: { ...model.graph, initializers, nodes: [tie, ...model.graph.nodes] } };
}

/** The model as it is committed: 4-bit linear weights, 8-bit embedding and head. */
export function quantizedModel(tensors: Tensors): Model {
  const { blockSize, zeroPoints, embeddingBits } = quantization;
  return exportDecoder({ config: pocketConfig, tensors, dtype: 'q4', blockSize, zeroPoints, embeddingBits });
}
