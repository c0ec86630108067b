import type { GraphBuilder } from '../graph/builder.ts';
import { checkConstantShape } from '../graph/constantLimit.ts';
import { formatShape, type Value } from '../graph/graph.ts';
import type { LoweringContext } from './lowering.ts';
import { maskedScore } from './maskedScore.ts';
import { rowBias } from './packing.ts';
import { dependsOnDistance } from './tokenAxes.ts';

export interface AttentionParts {
  /** [B, T, heads·headSize] */
  readonly query: Value;
  /** [B, S, kvHeads·headSize] */
  readonly key: Value;
  /** [B, S, kvHeads·valueSize] */
  readonly value: Value;
  readonly heads: number;
  readonly kvHeads: number;
  /** Factor on q·k; `null` for 1/√headSize. */
  readonly scale: number | null;
  /** Scores become `softcap · tanh(score / softcap)`; 0 for none. */
  readonly softcap: number;
  readonly causal: boolean;
  /** How many positions a token sees, itself included; `null` for all. */
  readonly window: number | null;
  /** Added to the scores, broadcast to [B, heads, T, S]. */
  readonly bias: Value | null;
}

/**
 * Scaled dot-product attention as primitives, [B, T, heads·valueSize]. Keys and values of grouped queries are not
 * repeated: the heads that share them are stacked along the rows of one matrix product.
 */
export function attend(g: GraphBuilder, parts: AttentionParts, context: LoweringContext): Value {
  checkParts(parts);
  const { heads, kvHeads, softcap } = parts;
  const [batch, length, width] = parts.query.shape as [number, number, number];
  const span = parts.key.shape[1]!;
  const valueSize = parts.value.shape[2]! / kvHeads;
  const stacked = (heads / kvHeads) * length;
  const scale = parts.scale ?? 1 / Math.sqrt(width / heads);

  const query = g.scale(parts.query, softcap > 0 ? scale / softcap : scale);
  const keys = g.transpose(splitHeads(g, parts.key, kvHeads), [0, 2, 3, 1]);
  const values = g.transpose(splitHeads(g, parts.value, kvHeads), [0, 2, 1, 3]);
  const rows = g.reshape(g.transpose(splitHeads(g, query, heads), [0, 2, 1, 3]), [
    batch,
    kvHeads,
    stacked,
    width / heads,
  ]);

  const scores = g.reshape(g.matMul(rows, keys), [batch, heads, length, span]);
  const capped = softcap > 0 ? g.scale(g.tanh(scores), softcap) : scores;
  const weights = g.softmax(addBiases(g, capped, parts, context));

  const mixed = g.matMul(g.reshape(weights, [batch, kvHeads, stacked, span]), values);
  const perHead = g.transpose(g.reshape(mixed, [batch, heads, length, valueSize]), [0, 2, 1, 3]);
  const attended = g.reshape(perHead, [batch, length, heads * valueSize]);
  context.packing?.attended.set(attended, [parts.query, parts.key, parts.value]);
  return attended;
}

function checkParts({ query, key, value, heads, kvHeads }: AttentionParts): void {
  const odd = [query, key, value].find(({ shape }) => shape.length !== 3);
  if (odd)
    throw new Error(`${odd.name} has shape ${formatShape(odd.shape)}, expected [batch, length, width]`);
  if (heads % kvHeads !== 0) throw new Error(`${heads} heads cannot share ${kvHeads} key/value heads`);
}

/** [B, T, heads·size] → [B, T, heads, size]. */
function splitHeads(g: GraphBuilder, x: Value, heads: number): Value {
  const [batch, length, width] = x.shape as [number, number, number];
  return g.reshape(x, [batch, length, heads, width / heads]);
}

function addBiases(
  g: GraphBuilder,
  scores: Value,
  { bias, causal, window }: AttentionParts,
  context: LoweringContext,
): Value {
  const [length, span] = scores.shape.slice(-2) as [number, number];
  const reach = Math.min(window ?? length, length);
  const hidden = causal ? causalBias(g, [length, span], reach, context) : null;
  const isZero = bias?.constant?.every((x) => x === 0) ?? false;
  const own = isZero ? null : bias;
  if (context.packing) return addWithinRows(g, scores, { own, hidden }, context);
  return [own, hidden].reduce<Value>((sum, term) => (term ? g.add(sum, term) : sum), scores);
}

/** The same for rows that share a line: nothing is seen of other rows. */
function addWithinRows(
  g: GraphBuilder,
  scores: Value,
  { own, hidden }: Readonly<Record<'own' | 'hidden', Value | null>>,
  { packing, shared }: LoweringContext,
): Value {
  if (own && !dependsOnDistance(own)) {
    throw new Error('its bias says more than how far apart two tokens are, so rows cannot share a line');
  }
  const rows = shared(`rows ${hidden?.name ?? ''}`, () => rowBias(g, packing!, hidden ?? g.scalar(0)));
  return g.add(own ? g.add(scores, own) : scores, rows);
}

/** f32 [T, S]: 0 where query t may see key s (s ≤ t, and t − s < reach), else a large negative number; one for all layers. */
function causalBias(
  g: GraphBuilder,
  [length, span]: readonly [number, number],
  reach: number,
  { shared }: LoweringContext,
): Value {
  return shared(`causal [${length}, ${span}] ${reach}`, () => {
    checkConstantShape([length, span]);
    const contents = new Float64Array(length * span).fill(maskedScore);
    for (let t = 0; t < length; t++)
      contents.fill(0, t * span + Math.max(0, t - reach + 1), t * span + t + 1);
    return g.constant('float32', [length, span], contents);
  });
}
