import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Attributes, ModelNode } from '../graph/model.ts';
import { floatAttribute, intAttribute } from './attributes.ts';
import { leadingRows } from './lifting.ts';
import { required, type Lowering, type LoweringContext } from './lowering.ts';
import { countsFromZero } from './packing.ts';

export interface RotaryTables {
  /** [positions, rotated / 2], one row per position. */
  readonly cos: Value;
  readonly sin: Value;
  /** int64 [B, T], or [1] for the position of the first token. */
  readonly positions: Value;
}

/**
 * Cosine and sine tables for sequences of `length` tokens. Positions that simply count are left to the op's own
 * offset form, or begin anew with every row where rows share lines, and the tables (exports carry the model's whole context,
 * 131072 rows) are cut to what is used.
 */
export function rotaryTables(
  g: GraphBuilder,
  { cos, sin }: Pick<RotaryTables, 'cos' | 'sin'>,
  positions: Value | null,
  length: number,
  { shared, packing }: LoweringContext,
): RotaryTables {
  const isOffset = positions?.shape.length === 1 && positions.constant?.[0] === 0;
  const isCounting = !positions || isOffset || countsFromZero(positions, length);
  if (!isCounting && positions !== packing?.positions) return { cos, sin, positions };
  // A line may be longer than the model's context; none of its rows is.
  const used = packing ? Math.min(length, cos.shape[0]!) : length;
  const cut = (table: Value) => shared(`${table.name}[:${used}]`, () => leadingRows(g, table, used));
  if (packing) return { cos: cut(cos), sin: cut(sin), positions: packing.positions };
  return { cos: cut(cos), sin: cut(sin), positions: g.ints([0]) };
}

/** Rotates x [B, T, heads·headSize] by its positions; only the first 2·(table width) of each head turn. */
export function rotate(
  g: GraphBuilder,
  x: Value,
  tables: RotaryTables,
  heads: number,
  interleaved: boolean,
): Value {
  const rotated = tables.cos.shape[1]! * 2;
  const isPartial = rotated < x.shape.at(-1)! / heads;
  const attributes: Attributes = {
    interleaved: { type: 'int', value: interleaved ? 1 : 0 },
    num_heads: { type: 'int', value: isPartial ? heads : 0 },
    rotary_embedding_dim: { type: 'int', value: isPartial ? rotated : 0 },
  };
  return g.op('RotaryEmbedding', [x, tables.positions, tables.cos, tables.sin], attributes);
}

/** com.microsoft RotaryEmbedding: inputs x [B, T, hidden] or [B, heads, T, headSize], positions, cos, sin. */
export const microsoftRotaryEmbedding: Lowering = (g, inputs, node, context) => {
  const tables = { cos: required(inputs, 2), sin: required(inputs, 3) };
  return [turn(g, required(inputs, 0), tables, required(inputs, 1), node, context)];
};

/** ONNX RotaryEmbedding: inputs x, cos, sin, positions?; without positions the tables are [B, T, rotated / 2]. */
export const rotaryEmbedding: Lowering = (g, inputs, node, context) => {
  const [x, cos, sin] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
  if (inputs[3]) return [turn(g, x, { cos, sin }, inputs[3], node, context)];
  const [batch, length, width] = cos.shape as [number, number, number];
  const rows = (table: Value) => g.reshape(table, [batch * length, width]);
  const every = Float64Array.from({ length: batch * length }, (_, i) => i);
  const positions = g.constant('int64', [batch, length], every);
  return [turn(g, x, { cos: rows(cos), sin: rows(sin) }, positions, node, context)];
};

function turn(
  g: GraphBuilder,
  x: Value,
  given: Pick<RotaryTables, 'cos' | 'sin'>,
  at: Value,
  node: ModelNode,
  context: LoweringContext,
): Value {
  if (floatAttribute(node, 'scale', 1) !== 1) throw new Error('a scale other than 1 is not supported');
  const { cos, sin, positions } = rotaryTables(g, given, at, x.shape.at(-2)!, context);
  const rotated = intAttribute(node, 'rotary_embedding_dim', 0);
  // The op reads a number of heads only together with a partial rotation.
  const attributes: Attributes = {
    interleaved: { type: 'int', value: intAttribute(node, 'interleaved', 0) },
    num_heads: { type: 'int', value: rotated > 0 ? intAttribute(node, 'num_heads', 0) : 0 },
    rotary_embedding_dim: { type: 'int', value: rotated },
  };
  return g.op('RotaryEmbedding', [x, positions, cos, sin], attributes);
}
