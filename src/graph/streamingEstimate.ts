import type { Graph, Value } from './graph.ts';
import {
  bytesOf,
  estimateMemory,
  stateBytes,
  totalBytesOf,
  type StepGraphs,
  type TrainingMemory,
} from './memoryEstimate.ts';

/** What streaming takes when it takes most, in bytes. */
export interface StreamingMemory extends TrainingMemory {
  /** Weights at any time at most: those of the session that runs, and the buffer that the next ones are read into. */
  readonly mostWeights: number;
}

/**
 * Estimates what running `pieces` one after another takes: a piece's weights and activations, what earlier pieces handed
 * on and is still needed, and the bytes into which the next piece's weights are read. The optimizer has its turn when no
 * piece is there.
 */
export function estimateStreaming(
  pieces: readonly Graph[],
  { optimizer, layout }: Pick<StepGraphs, 'optimizer' | 'layout'>,
  weightBytes: (weight: Value) => number,
): StreamingMemory {
  const total = (values: readonly Value[], bytes: (value: Value) => number) =>
    values.reduce((sum, value) => sum + bytes(value), 0);
  const handedOn = bytesHandedOn(pieces);
  const taken = pieces.map((graph, i) => {
    const { weights, activations } = estimateMemory(graph);
    const stored = graph.weights.map(({ value }) => value);
    const read = total(stored, weightBytes);
    const held = weights - total(stored, bytesOf) + read;
    return { read, weights: held, activations: activations + handedOn[i]! };
  });
  const buffer = Math.max(...taken.map(({ read }) => read));
  const state = stateBytes(layout.size);
  const moments: TrainingMemory[] = taken.map(({ weights, activations }) => ({ weights: weights + buffer, activations, state })); // prettier-ignore
  moments.push({ weights: buffer, activations: estimateMemory(optimizer).activations, state });
  const worst = moments.reduce((most, moment) => (totalBytesOf(moment) > totalBytesOf(most) ? moment : most));
  return { ...worst, mostWeights: Math.max(...moments.map(({ weights }) => weights)) };
}

/** For each piece, bytes that earlier ones computed and that it or a later one reads. */
function bytesHandedOn(pieces: readonly Graph[]): number[] {
  const lastReader = new Map<Value, number>();
  pieces.forEach(({ inputs }, i) => inputs.forEach((value) => lastReader.set(value, i)));
  let alive: Value[] = [];
  return pieces.map(({ outputs }, i) => {
    alive = alive.filter((value) => lastReader.get(value)! >= i);
    const bytes = alive.reduce((sum, value) => sum + bytesOf(value), 0);
    alive.push(...outputs.map(({ value }) => value).filter((value) => (lastReader.get(value) ?? -1) > i));
    return bytes;
  });
}
