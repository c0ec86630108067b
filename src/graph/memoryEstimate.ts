import { executionOrder } from './executionOrder.ts';
import { sizeOf, type Graph, type GraphNode, type Value } from './graph.ts';
import type { ElementType, WeightData } from './model.ts';
import type { PrimitiveOp } from './primitives.ts';
import { valuesReaching } from './traversal.ts';
import type { WeightStorage } from './weightStorage.ts';

/** Bytes that running a graph takes, by what they hold. */
export interface MemoryEstimate {
  /** Weights and constants, in every form that is kept because something reads them in it. */
  readonly weights: number;
  /** Activations and gradients alive at the same time, at most, in onnxruntime's order of execution and its buffers. */
  readonly activations: number;
}

/** What training takes when it takes most, in bytes. */
export interface TrainingMemory extends MemoryEstimate {
  /** The flat vectors that a step is given; those that it computes are activations. */
  readonly state: number;
  /** What onnxruntime keeps of the graphs themselves, where that is the same memory. */
  readonly graphs?: number;
}

/** The graphs of a training step, and how many parameters they train. */
export interface StepGraphs {
  readonly training: Graph;
  readonly optimizer: Graph;
  readonly layout: { readonly size: number };
}

/**
 * Vectors that exist all the time: parameters, their two moments, the zeros that accumulation starts from, and the
 * gradient so far. A step of one microbatch has that last one only while the optimizer runs.
 */
const vectorsHeld = 5;

/**
 * What onnxruntime keeps of a graph in main memory: nodes, their kernels, the plan of execution. Measured in the shapes of
 * docs/memory.md; sessions of 10,000 to 12,000 nodes hold 5.9 to 6.3 KB for each, beside their weights.
 */
const bytesPerNode = 6000;

/** Bytes of the flat vectors that both graphs of a step are given. */
export const stateBytes = (parameterCount: number): number => vectorsHeld * 4 * parameterCount;

/**
 * Estimates what training steps need. The two graphs run one after the other, so what each computes is not there at the
 * same time, and the larger counts; the weights stay meanwhile.
 * @param storage where the weights lie; default: every one a copy
 */
export function estimateTraining(
  { training, optimizer, layout }: StepGraphs,
  storage: WeightStorage = 'copied',
): TrainingMemory {
  const { weights, activations } = estimateMemory(training, storage);
  const isMainMemory = storage === 'mapped' || storage === 'copied';
  return {
    weights,
    activations: Math.max(activations, estimateMemory(optimizer).activations),
    state: stateBytes(layout.size),
    ...(isMainMemory && { graphs: bytesPerNode * (training.nodes.length + optimizer.nodes.length) }),
  };
}

/** All together, in bytes. */
export function totalBytesOf({ weights, activations, state, graphs = 0 }: TrainingMemory): number {
  return weights + activations + state + graphs;
}

const halfBytes: Partial<Record<ElementType, number>> = { int4: 1, uint4: 1, float4e2m1: 1 };
const wideBytes: Partial<Record<ElementType, number>> = { float64: 8, int64: 8, uint64: 8, float32: 4, int32: 4, uint32: 4, float16: 2, bfloat16: 2, int16: 2, uint16: 2 }; // prettier-ignore

/** Bytes of a tensor; 4-bit elements share bytes. */
export function bytesOf({ shape, elementType }: Pick<Value, 'shape' | 'elementType'>): number {
  const size = sizeOf(shape);
  return halfBytes[elementType] ? Math.ceil(size / 2) : size * (wideBytes[elementType] ?? 1);
}

/**
 * Estimates what a session for `graph` needs, by the lifetime of every value; inputs are not counted.
 * @param storage where weights lie; default: every one a copy
 */
export function estimateMemory(graph: Graph, storage: WeightStorage = 'copied'): MemoryEstimate {
  const constants = new Set(graph.nodes.flatMap(({ node }) => node.inputs).filter((v) => v?.constant));
  const stored = storage === 'mapped' ? [...distinct(graph.weights), ...packed(graph)] : graph.weights;
  const weights = [...stored.map(({ value }) => value), ...(constants as Set<Value>)];
  return {
    weights: weights.reduce((sum, value) => sum + bytesOf(value), 0),
    activations: peakActivations(graph),
  };
}

/**
 * Bytes of what a graph computes of weights alone and then reads: above all quantized matrices as floats. A session that
 * keeps them computes them once.
 */
export function computedWeightBytes({ nodes, inputs, outputs }: Graph): number {
  const fed = valuesReaching(nodes, inputs);
  const read = [...nodes.flatMap(({ node, output }) => (fed.has(output) ? node.inputs : [])), ...outputs.map(({ value }) => value)]; // prettier-ignore
  const kept = new Set(read.filter((x): x is Value => x !== null && x.node !== null && !fed.has(x)));
  return [...kept].reduce((sum, value) => sum + bytesOf(value), 0);
}

/** One of the weights that lie on the same bytes of a file. */
const distinct = (weights: Graph['weights']): Graph['weights'] => [
  ...new Map(weights.map((weight) => [stretchOf(weight.initializer.data), weight])).values(),
];

/**
 * What the CPU's kernels arrange anew when a session is created and keep, so that mapping a file saves nothing there: the
 * quantized matrices of MatMulNBits. (Sessions in little memory leave that out for MatMul, see `leanSession`.)
 */
function packed({ nodes, weights }: Graph): Graph['weights'] {
  const read = new Set(nodes.flatMap(({ node }) => (node.op === 'MatMulNBits' ? [node.inputs[1]] : [])));
  return distinct(weights.filter(({ value }) => read.has(value)));
}

const stretchOf = (data: WeightData): unknown =>
  'bytes' in data ? data : `${data.offset}+${data.length} ${data.location}`;

/**
 * The largest sum of buffers at a time. Buffers are shared as onnxruntime's allocation planner shares them
 * (`PlannerImpl::ComputeReusePlan`): an elementwise node writes over an input that nobody reads any more, and any node
 * into a freed buffer of the same shape, which therefore stays allocated until its last reader.
 */
function peakActivations(graph: Graph): number {
  const nodes = executionOrder(graph);
  const storage = storageOf(nodes);
  const buffers = new BufferPlan(lastUses(nodes, graph, storage));
  nodes.forEach(({ node, output }, i) => {
    const read = node.inputs.flatMap((x) => (x ? [storage(x)] : []));
    if (storage(output) === output) buffers.allocate(output, i, overwriting.has(node.op) ? read : []);
    buffers.release([...read, storage(output)], i);
  });
  return buffers.peak(nodes.length);
}

/** Ops whose kernels may write their output over an input of the same shape. */
const overwriting = new Set<PrimitiveOp>([
  'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Neg', 'Abs', 'Floor', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Tanh',
  'Sigmoid', 'Erf', 'Relu', 'Softmax', 'Where', 'Cast',
]); // prettier-ignore

interface Buffer {
  readonly size: number;
  readonly shape: string;
  readonly first: number;
  last: number;
}

class BufferPlan {
  readonly #lastUse: ReadonlyMap<Value, number>;
  readonly #all: Buffer[] = [];
  readonly #of = new Map<Value, Buffer>();
  #free: Buffer[] = [];

  constructor(lastUse: ReadonlyMap<Value, number>) {
    this.#lastUse = lastUse;
  }

  /** Gives the output of node `i` a buffer; one of `overwritable` where that is read for the last time. */
  allocate(output: Value, i: number, overwritable: readonly Value[]): void {
    const shape = `${bytesOf(output)}:${output.shape.join()}`;
    const dying = overwritable.find((x) => this.#lastUse.get(x) === i && this.#of.get(x)?.shape === shape);
    const buffer =
      (dying && this.#of.get(dying)) ??
      this.#free.find((free) => free.shape === shape) ??
      this.#create(output, shape, i);
    this.#free = this.#free.filter((free) => free !== buffer);
    if (dying) this.#of.delete(dying);
    buffer.last = Math.max(buffer.last, this.#lastUse.get(output)!);
    this.#of.set(output, buffer);
  }

  /** Frees the buffers of the values that node `i` was the last to use. */
  release(values: readonly Value[], i: number): void {
    for (const value of values) {
      const buffer = this.#of.get(value);
      if (!buffer || this.#lastUse.get(value) !== i) continue;
      this.#of.delete(value);
      this.#free.unshift(buffer);
    }
  }

  peak(steps: number): number {
    const changes = new Float64Array(steps + 2);
    for (const { size, first, last } of this.#all) {
      changes[first]! += size;
      changes[last + 1]! -= size;
    }
    let live = 0;
    return changes.reduce((peak, change) => Math.max(peak, (live += change)), 0);
  }

  #create(output: Value, shape: string, i: number): Buffer {
    const buffer = { size: bytesOf(output), shape, first: i, last: i };
    this.#all.push(buffer);
    return buffer;
  }
}

function lastUses(
  nodes: readonly GraphNode[],
  { outputs }: Graph,
  storage: (value: Value) => Value,
): Map<Value, number> {
  const lastUse = new Map<Value, number>();
  nodes.forEach(({ node, output }, i) => {
    for (const value of [output, ...node.inputs]) if (value) lastUse.set(storage(value), i);
  });
  for (const { value } of outputs) lastUse.set(storage(value), nodes.length);
  return lastUse;
}

/** A reshaped value lives in the memory of what it was reshaped from. */
function storageOf(nodes: readonly GraphNode[]): (value: Value) => Value {
  const roots = new Map<Value, Value>();
  for (const { node, output } of nodes) {
    if (node.op !== 'Reshape') continue;
    const source = node.input(0);
    roots.set(output, roots.get(source) ?? source);
  }
  return (value) => roots.get(value) ?? value;
}
