import type { Initializer, Model, ModelNode } from '../graph/model.ts';
import {
  dataTypeNumbers,
  elementTypeOf,
  findInput,
  floatConstant,
  int64Constant,
  intAttribute,
  standardNode,
} from './modelPieces.ts';

// GroupQueryAttention's inputs, by position (com.microsoft contrib operators).
const pastKey = 3;
const seqlensK = 5;
const attentionBias = 10;

/** Where the added values are called, below one prefix so that they meet no name of the export. */
const prefix = 'whittle/attention_bias';

type BiasType = 'float32' | 'float16';

// Large enough that exp() of it is 0, small enough that adding a score stays finite: a fully masked row (a padding
// position looking at padding) must not become NaN, for its key and value stay in the cache.
const maskedScore = { float32: -1e9, float16: 0xf753 /* -30000 */ } as const;
const one = { float32: 1, float16: 0x3c00 } as const;

/**
 * Makes left-padded batches right: each GroupQueryAttention without an attention bias gets one from
 * `attention_mask`, and sequence lengths that count the padding too. (Lengths of `sum(mask) - 1`, as older exports
 * have them, describe right padding.) Newer exports contain such a bias and come back as they are.
 * The mask is [B, T] with 1 for tokens; the bias [B, 1, S, T] is 0 there and about -∞ at padding.
 * @throws when the graph has no `attention_mask` or no token input to read the shapes from.
 */
export function addAttentionBias(model: Model): Model {
  const bare = model.graph.nodes.filter(needsBias);
  const first = bare[0];
  if (!first) return model;
  const root = findInput(model, 'input_ids') ?? findInput(model, 'inputs_embeds');
  if (!findInput(model, 'attention_mask') || !root) {
    throw new Error(
      `Node ${first.name} (GroupQueryAttention) needs a bias for padding, but the graph lacks ${root ? 'attention_mask' : 'input_ids or inputs_embeds'}.`,
    );
  }
  const type: BiasType =
    elementTypeOf(model, first.inputs[pastKey] ?? '', 'float32') === 'float16' ? 'float16' : 'float32';
  const replaced = new Map(bare.map((node) => [node, withBias(node)]));
  const nodes = model.graph.nodes.map((node) => replaced.get(node) ?? node);
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: [...biasNodes(root.name, type), ...nodes],
      initializers: [...model.graph.initializers, ...biasConstants(type)],
    },
  };
}

function needsBias(node: ModelNode): boolean {
  return node.opType === 'GroupQueryAttention' && !node.inputs[attentionBias];
}

function withBias(node: ModelNode): ModelNode {
  const inputs = Array.from({ length: attentionBias + 1 }, (_, i) => node.inputs[i] ?? '');
  inputs[seqlensK] = `${prefix}/seqlens_k`;
  inputs[attentionBias] = `${prefix}/bias`;
  return { ...node, inputs };
}

/** bias = expand((1 - mask) · masked score, [B, 1, S, T]); seqlens_k = expand(T - 1, [B]). */
function biasNodes(root: string, type: BiasType): ModelNode[] {
  const cast = (name: string, input: string, to: keyof typeof dataTypeNumbers) =>
    standardNode('Cast', name, [input], intAttribute('to', dataTypeNumbers[to]));
  const dimension = (name: string, shape: string, index: string) =>
    standardNode('Gather', name, [shape, index], intAttribute('axis', 0));
  const at = (name: string) => `${prefix}/${name}`;
  return [
    standardNode('Shape', at('mask_shape'), ['attention_mask']),
    standardNode('Shape', at('root_shape'), [root]),
    dimension(at('batch_size'), at('mask_shape'), at('index0')),
    dimension(at('total_length'), at('mask_shape'), at('index1')),
    dimension(at('sequence_length'), at('root_shape'), at('index1')),
    cast(at('mask'), 'attention_mask', type),
    standardNode('Sub', at('padding'), [at('one'), at('mask')]),
    standardNode('Mul', at('scores'), [at('padding'), at('masked_score')]),
    standardNode('Unsqueeze', at('scores_4d'), [at('scores'), at('axes')]),
    standardNode(
      'Concat',
      at('bias_shape'),
      [at('batch_size'), at('index1'), at('sequence_length'), at('total_length')],
      intAttribute('axis', 0),
    ),
    standardNode('Expand', at('bias'), [at('scores_4d'), at('bias_shape')]),
    standardNode('Sub', at('last_position'), [at('total_length'), at('index1')]),
    standardNode('Expand', at('last_positions'), [at('last_position'), at('batch_size')]),
    cast(at('seqlens_k'), at('last_positions'), 'int32'),
  ];
}

function biasConstants(type: BiasType): Initializer[] {
  return [
    int64Constant(`${prefix}/index0`, [0]),
    int64Constant(`${prefix}/index1`, [1]),
    int64Constant(`${prefix}/axes`, [1, 2]),
    floatConstant(`${prefix}/one`, type, one[type]),
    floatConstant(`${prefix}/masked_score`, type, maskedScore[type]),
  ];
}
