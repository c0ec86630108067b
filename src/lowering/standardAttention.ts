import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { attend } from './attention.ts';
import { floatAttribute, intAttribute } from './attributes.ts';
import { required, type Inputs, type Lowering } from './lowering.ts';
import { maskedScore } from './maskedScore.ts';

/**
 * ONNX Attention (opset 23 and 24) without past: inputs query, key, value as [B, T, heads·size] or [B, heads, T, size],
 * attn_mask? (booleans, or numbers to add), past?; outputs attention in the query's layout; no cache.
 */
export const attention: Lowering = (g, inputs, node, context) => {
  rejectUnsupported(inputs);
  const parts = [0, 1, 2].map((i) => required(inputs, i)) as [Value, Value, Value];
  const isSplit = parts[0].shape.length === 4;
  const [heads, kvHeads] = isSplit
    ? [parts[0].shape[1]!, parts[1].shape[1]!]
    : [intAttribute(node, 'q_num_heads', 0), intAttribute(node, 'kv_num_heads', 0)];
  const [query, key, value] = parts.map((part) => (isSplit ? joinHeads(g, part) : part)) as [
    Value,
    Value,
    Value,
  ];
  const options = {
    scale: floatAttribute(node, 'scale', 0) || null,
    softcap: floatAttribute(node, 'softcap', 0),
    causal: intAttribute(node, 'is_causal', 0) === 1,
    window: null,
    bias: inputs[3] ? asBias(g, inputs[3]) : null,
  };
  const mixed = attend(g, { query, key, value, heads, kvHeads, ...options }, context);
  return [isSplit ? separateHeads(g, mixed, heads) : mixed, null, null];
};

/** [B, heads, T, size] → [B, T, heads·size]. */
function joinHeads(g: GraphBuilder, x: Value): Value {
  const [batch, heads, length, size] = x.shape as [number, number, number, number];
  return g.reshape(g.transpose(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}

function separateHeads(g: GraphBuilder, x: Value, heads: number): Value {
  const [batch, length, width] = x.shape as [number, number, number];
  return g.transpose(g.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** A boolean mask says what may be seen. */
const asBias = (g: GraphBuilder, mask: Value): Value =>
  mask.elementType === 'bool' ? g.where(mask, g.scalar(0), g.scalar(maskedScore)) : mask;

function rejectUnsupported(inputs: Inputs): void {
  const past = inputs[4];
  if (past && past.shape[2] !== 0) {
    throw new Error(
      `a past of length ${past.shape[2] ?? '?'} is not supported: train with past_sequence_length 0`,
    );
  }
  if (inputs[6]) throw new Error('nonpad_kv_seqlen is not supported');
}
