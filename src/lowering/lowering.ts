import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ModelGraph, ModelNode } from '../graph/model.ts';
import type { Packing } from './packing.ts';

/** What a lowering may ask about the model around its node. */
export interface LoweringContext {
  /** Version of the ONNX standard operator set that the model declares. */
  readonly opset: number;
  /** Lowers a subgraph (a branch of `If`) in the scope of its node and returns its outputs. */
  readonly lowerSubgraph: (graph: ModelGraph) => Value[];
  /** Builds what the nodes of several layers share (rotary tables) at its first use. */
  readonly shared: (key: string, build: () => Value) => Value;
  /** What is known of rows that share lines; null where every line is a row. */
  readonly packing: Packing | null;
}

/** A source op's inputs in order; omitted optional ones are `null`. */
export type Inputs = readonly (Value | null)[];

/**
 * Rewrites one source node as primitives; returns its outputs in order, `null` for outputs that training has no use
 * for (a key/value cache, saved statistics).
 */
export type Lowering = (
  g: GraphBuilder,
  inputs: Inputs,
  node: ModelNode,
  context: LoweringContext,
) => (Value | null)[];

/** The input at `index`; throws when the node omits it. */
export function required(inputs: Inputs, index: number): Value {
  const value = inputs[index];
  if (!value) throw new Error(`input ${index} is missing`);
  return value;
}

/** The contents of an input that must be known while the graph is built. */
export function constantOf(inputs: Inputs, index: number): Float64Array {
  const value = required(inputs, index);
  if (!value.constant) {
    throw new Error(`input ${index} (${value.name}) must be constant once batch size and length are fixed`);
  }
  return value.constant;
}
