import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { attend } from './attention.ts';
import { floatAttribute, intAttribute, sizeAttribute } from './attributes.ts';
import { required, type Inputs, type Lowering } from './lowering.ts';

/**
 * com.microsoft MultiHeadAttention with separate query, key and value [B, T, hidden] and without past: inputs query,
 * key, value, bias? (of the three projections), key_padding_mask?, attention_bias?; outputs attention; no cache.
 */
export const multiHeadAttention: Lowering = (g, inputs, node, context) => {
  rejectUnsupported(inputs);
  const heads = sizeAttribute(node, 'num_heads');
  const [query, key, value] = withBias(g, inputs);
  const attention = attend(
    g,
    {
      query,
      key,
      value,
      heads,
      kvHeads: heads,
      scale: floatAttribute(node, 'scale', 0) || null,
      softcap: 0,
      causal: intAttribute(node, 'unidirectional', 0) === 1,
      window: null,
      bias: inputs[5] ?? null,
    },
    context,
  );
  return [attention, null, null];
};

/** Adds the projections' joint bias [3·hidden] to query, key and value. */
function withBias(g: GraphBuilder, inputs: Inputs): [Value, Value, Value] {
  const parts = [0, 1, 2].map((i) => required(inputs, i));
  const bias = inputs[3];
  if (!bias) return parts as [Value, Value, Value];
  let start = 0;
  const biased = parts.map((part) => {
    const end = start + part.shape[2]!;
    const sum = g.add(part, g.slice(bias, 0, start, end));
    start = end;
    return sum;
  });
  return biased as [Value, Value, Value];
}

function rejectUnsupported(inputs: Inputs): void {
  if (!inputs[1] || !inputs[2] || inputs.slice(0, 3).some((part) => part?.shape.length !== 3)) {
    throw new Error('only separate query, key and value of rank 3 are supported');
  }
  const mask = inputs[4];
  if (mask && !mask.constant?.every((x) => x === 1)) {
    throw new Error('a key_padding_mask other than constant ones is not supported');
  }
  const past = inputs[6];
  if (past && past.shape[2] !== 0) {
    throw new Error(
      `a past of length ${past.shape[2] ?? '?'} is not supported: train with past_sequence_length 0`,
    );
  }
}
