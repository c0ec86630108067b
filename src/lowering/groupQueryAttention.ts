import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ModelNode } from '../graph/model.ts';
import { attend } from './attention.ts';
import { floatAttribute, intAttribute, sizeAttribute } from './attributes.ts';
import { required, type Inputs, type Lowering, type LoweringContext } from './lowering.ts';
import { rotaryTables, rotate } from './rotary.ts';

/** Positions of GroupQueryAttention's inputs, as onnxruntime documents them. */
const at = {
  query: 0,
  key: 1,
  value: 2,
  pastKey: 3,
  cos: 7,
  sin: 8,
  positions: 9,
  bias: 10,
  headSink: 11,
} as const;

/**
 * com.microsoft GroupQueryAttention over a whole sequence without past: outputs attention [B, T, heads·headSize];
 * the key/value cache is not produced. `seqlens_k` is not read: rows are padded on the right, where causality hides
 * the padding from every real token.
 */
export const groupQueryAttention: Lowering = (g, inputs, node, context) => {
  rejectUnsupported(inputs, node);
  const heads = sizeAttribute(node, 'num_heads');
  const kvHeads = sizeAttribute(node, 'kv_num_heads');
  const { query, key, value } = rotated(g, unpack(g, inputs, heads, kvHeads), inputs, node, context);
  const window = intAttribute(node, 'local_window_size', -1);
  const attention = attend(
    g,
    {
      query,
      key,
      value,
      heads,
      kvHeads,
      scale: floatAttribute(node, 'scale', 0) || null,
      softcap: floatAttribute(node, 'softcap', 0),
      causal: true,
      window: window > 0 ? window : null,
      bias: inputs[at.bias] ?? null,
    },
    context,
  );
  return [attention, null, null];
};

interface QueryKeyValue {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/** Query, key and value [B, T, ·]; a packed projection has them side by side in its last dimension. */
function unpack(g: GraphBuilder, inputs: Inputs, heads: number, kvHeads: number): QueryKeyValue {
  const query = required(inputs, at.query);
  if (inputs[at.key]) return { query, key: required(inputs, at.key), value: required(inputs, at.value) };
  const headSize = query.shape[2]! / (heads + 2 * kvHeads);
  const [first, second, end] = [heads * headSize, (heads + kvHeads) * headSize, query.shape[2]!];
  return {
    query: g.slice(query, 2, 0, first),
    key: g.slice(query, 2, first, second),
    value: g.slice(query, 2, second, end),
  };
}

function rotated(
  g: GraphBuilder,
  parts: QueryKeyValue,
  inputs: Inputs,
  node: ModelNode,
  context: LoweringContext,
): QueryKeyValue {
  if (intAttribute(node, 'do_rotary', 0) === 0) return parts;
  const interleaved = intAttribute(node, 'rotary_interleaved', 0) === 1;
  const caches = { cos: required(inputs, at.cos), sin: required(inputs, at.sin) };
  const tables = rotaryTables(g, caches, inputs[at.positions] ?? null, parts.query.shape[1]!, context);
  return {
    query: rotate(g, parts.query, tables, sizeAttribute(node, 'num_heads'), interleaved),
    key: rotate(g, parts.key, tables, sizeAttribute(node, 'kv_num_heads'), interleaved),
    value: parts.value,
  };
}

function rejectUnsupported(inputs: Inputs, node: ModelNode): void {
  const past = inputs[at.pastKey];
  if (past && past.shape[2] !== 0) {
    throw new Error(
      `a past of length ${past.shape[2] ?? '?'} is not supported: train with past_sequence_length 0`,
    );
  }
  if (inputs[at.headSink] || intAttribute(node, 'smooth_softmax', 0) !== 0) {
    throw new Error('attention sinks (head_sink, smooth_softmax) are not supported');
  }
  if (intAttribute(node, 'kv_cache_bit_width', 0) !== 0)
    throw new Error('a quantized key/value cache is not supported');
}
