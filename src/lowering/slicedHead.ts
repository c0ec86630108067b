import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Model, ModelNode } from '../graph/model.ts';
import { intAttribute } from './attributes.ts';
import { applyHead, type Head } from './head.ts';
import { beforeLifting } from './lifting.ts';
import { lower, type LoweredValues } from './lower.ts';

/** Token ids `start` to `end` (exclusive). */
export interface VocabularySlice {
  readonly start: number;
  readonly end: number;
}

/** A head that can be applied to a part of the vocabulary at a time. */
export interface SlicedHead {
  /** Together the whole vocabulary, ascending. */
  readonly slices: readonly VocabularySlice[];
  /** Rows of hidden states [n, H] → their logits [n, end − start]. */
  readonly logits: (g: GraphBuilder, rows: Value, slice: VocabularySlice) => Value;
}

export interface HeadLimits {
  /** Bytes of a slice of the matrix as float32. */
  readonly largestSlice: number;
  /** Bytes of a stored weight that the graph reads at a time; `null` without a limit. */
  readonly largestWeight: number | null;
}

/**
 * Cuts the head's matrix along the vocabulary, so that neither it as floats nor a slice of it exceeds `largestSlice`.
 * Slices of a quantized matrix lie in the same file, so nothing is copied. A matrix whose rows are not the vocabulary's
 * (MatMul's [H, V]) is sliced while the graph runs, a
 * stored piece of `largestWeight` at a time; a trained one stays whole.
 */
export function sliceHead(
  g: GraphBuilder,
  model: Model,
  head: Head,
  values: LoweredValues,
  limits: HeadLimits,
): SlicedHead {
  const { node } = head;
  const names = weightNames(node);
  lower(
    g,
    model,
    values,
    names.filter((name) => name !== ''),
  );
  const [vocabulary, width] = matrixShape(node, values);
  const isFrozen = !isTrained(values.get(names[0]!));
  const count = isFrozen && vocabulary > 0 ? Math.ceil((vocabulary * width * 4) / limits.largestSlice) : 1;
  if (count === 1 || hasOwnVocabulary(model, head, vocabulary)) {
    const logits = (_: GraphBuilder, rows: Value) => applyHead(g, model, head, values, rows);
    return { slices: [{ start: 0, end: vocabulary }], logits };
  }
  const size = Math.ceil(vocabulary / count);
  const slices = Array.from({ length: Math.ceil(vocabulary / size) }, (_, i) => ({
    start: i * size,
    end: Math.min((i + 1) * size, vocabulary),
  }));
  return {
    slices,
    logits: (_, rows, slice) => {
      const sliced = slicedNode(g, node, values, vocabulary, slice, limits);
      const nodes = model.graph.nodes.map((other) => (other === node ? sliced : other));
      return applyHead(g, { ...model, graph: { ...model.graph, nodes } }, head, values, rows);
    },
  };
}

/** The matrix and what belongs to its rows: scales, zero points, bias. */
function weightNames({ opType, inputs }: ModelNode): string[] {
  return opType === 'MatMulNBits' ? inputs.slice(1) : inputs.slice(1, 2);
}

/** Vocabulary and width; a vocabulary of 0 for products that are not cut. */
function matrixShape(node: ModelNode, values: LoweredValues): [vocabulary: number, width: number] {
  if (node.opType === 'MatMulNBits') return [intAttribute(node, 'N', 0), intAttribute(node, 'K', 0)];
  const shape = values.get(node.inputs[1]!)?.shape;
  return node.opType === 'MatMul' && shape?.length === 2 ? [shape[1]!, shape[0]!] : [0, 0];
}

/** Whether a value is computed from parameters; weights are stored, or converted from stored ones. */
const isTrained = (value: Value | undefined) => !value || beforeLifting(value).node !== null;

/** Whether something behind the product has an entry per token of its own, such as a bias added to the logits. */
function hasOwnVocabulary(model: Model, head: Head, vocabulary: number): boolean {
  const behind = new Set(head.node.outputs);
  const perToken = new Set(
    model.graph.initializers.filter(({ dims }) => dims.at(-1) === vocabulary).map(({ name }) => name),
  );
  return model.graph.nodes.some((node) => {
    if (!node.inputs.some((name) => behind.has(name))) return false;
    node.outputs.forEach((name) => behind.add(name));
    return node.inputs.some((name) => perToken.has(name));
  });
}

function slicedNode(
  g: GraphBuilder,
  node: ModelNode,
  values: LoweredValues,
  vocabulary: number,
  { start, end }: VocabularySlice,
  { largestWeight }: HeadLimits,
): ModelNode {
  const axis = node.opType === 'MatMulNBits' ? 0 : 1;
  const named = (name: string) => {
    const sliced = `${name}[${start}:${end}]`;
    if (!values.has(sliced)) {
      const value = values.get(name)!;
      values.set(
        sliced,
        axis === 0
          ? rowsOf(g, value, vocabulary, start, end)
          : columnsOf(g, value, start, end, largestWeight),
      );
    }
    return sliced;
  };
  const cut = new Set(weightNames(node));
  const inputs = node.inputs.map((name) => (name !== '' && cut.has(name) ? named(name) : name));
  const attributes = {
    ...node.attributes,
    ...(axis === 0 && { N: { type: 'int', value: end - start } as const }),
  };
  return { ...node, inputs, attributes };
}

function rowsOf(g: GraphBuilder, value: Value, rows: number, start: number, end: number): Value {
  const stored = g.weightRows(beforeLifting(value), rows, start, end);
  if (stored) return g.cast(stored, value.elementType);
  if (value.shape[0] === rows) return g.slice(value, 0, start, end);
  throw new Error(`${value.name} cannot be cut into rows: ${value.shape.join(' × ')} for ${rows} tokens.`);
}

/** Columns of a stored matrix [H, V]: from as many rows at a time as may be read. */
function columnsOf(
  g: GraphBuilder,
  value: Value,
  start: number,
  end: number,
  largestWeight: number | null,
): Value {
  const stored = beforeLifting(value);
  const [rows, columns] = stored.shape as [number, number];
  const rowBytes = columns * (stored.elementType === 'float32' ? 4 : 2);
  const most = Math.max(1, Math.floor((largestWeight ?? Infinity) / rowBytes));
  const pieces = [];
  for (let row = 0; row < rows; row += most) {
    const piece = most < rows ? g.weightRows(stored, rows, row, Math.min(row + most, rows)) : stored;
    pieces.push(g.slice(piece ?? stored, 1, start, end));
  }
  return g.cast(g.concat(pieces, 0), value.elementType);
}
