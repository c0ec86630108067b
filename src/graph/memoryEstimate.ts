import { sizeOf, type Graph, type Value } from './graph.ts';
import type { ElementType } from './model.ts';

/** Bytes that running a graph takes, by what they hold. */
export interface MemoryEstimate {
  /** Weights and constants as the session holds them: twice, where forward and backward read them in two forms. */
  readonly weights: number;
  /** Activations and gradients alive at the same time, at most, in the graph's own order of execution. */
  readonly activations: number;
}

/** What training takes, in bytes. */
export interface TrainingMemory extends MemoryEstimate {
  /** Parameters, their two moments and the gradient, each as input and as output of a step. */
  readonly state: number;
}

/** Estimates what training steps need: the graph's own memory beside the flat vectors of `parameterCount` floats. */
export function estimateTraining(training: Graph, parameterCount: number): TrainingMemory {
  return { ...estimateMemory(training), state: parameterCount * 4 * 8 };
}

const halfBytes: Partial<Record<ElementType, number>> = { int4: 1, uint4: 1, float4e2m1: 1 };
const wideBytes: Partial<Record<ElementType, number>> = { float64: 8, int64: 8, uint64: 8, float32: 4, int32: 4, uint32: 4, float16: 2, bfloat16: 2, int16: 2, uint16: 2 }; // prettier-ignore

/** Bytes of a tensor; 4-bit elements share bytes. */
export function bytesOf({ shape, elementType }: Pick<Value, 'shape' | 'elementType'>): number {
  const size = sizeOf(shape);
  return halfBytes[elementType] ? Math.ceil(size / 2) : size * (wideBytes[elementType] ?? 1);
}

/** Estimates what a session for `graph` needs, by the lifetime of every value; inputs are not counted. */
export function estimateMemory(graph: Graph): MemoryEstimate {
  const constants = new Set(graph.nodes.flatMap(({ node }) => node.inputs).filter((v) => v?.constant));
  const weights = [...graph.weights.map(({ value }) => value), ...(constants as Set<Value>)];
  return {
    weights: weights.reduce((sum, value) => sum + bytesOf(value), 0),
    activations: peakActivations(graph),
  };
}

function peakActivations(graph: Graph): number {
  const storage = storageOf(graph);
  const lastUse = new Map<Value, number>();
  graph.nodes.forEach(({ node, output }, i) => {
    for (const value of [output, ...node.inputs]) if (value) lastUse.set(storage(value), i);
  });
  for (const { value } of graph.outputs) lastUse.set(storage(value), graph.nodes.length);
  const expiring: Value[][] = graph.nodes.map(() => []);
  for (const [value, i] of lastUse) expiring[i]?.push(value);
  let live = 0;
  let peak = 0;
  graph.nodes.forEach(({ output }, i) => {
    if (storage(output) === output) live += bytesOf(output);
    peak = Math.max(peak, live);
    for (const value of expiring[i]!) if (value.node) live -= bytesOf(value);
  });
  return peak;
}

/** A reshaped value lives in the memory of what it was reshaped from. */
function storageOf(graph: Graph): (value: Value) => Value {
  const roots = new Map<Value, Value>();
  for (const { node, output } of graph.nodes) {
    if (node.op !== 'Reshape') continue;
    const source = node.input(0);
    roots.set(output, roots.get(source) ?? source);
  }
  return (value) => roots.get(value) ?? value;
}
