import type { Graph, Value } from './graph.ts';
import { bytesOf, estimateMemory, estimateTraining, type TrainingMemory } from './memoryEstimate.ts';

/** What streaming takes, in bytes. */
export interface StreamingMemory extends TrainingMemory {
  /** The largest sum at any time, adapter and optimizer included. */
  readonly peak: number;
}

/** Vectors of all parameters that exist while pieces run: they, their moments, zeros, and the gradient so far. */
const vectorsWhileRunning = 5;

/**
 * Estimates what running `pieces` one after another takes: a piece's weights and activations, what earlier pieces handed
 * on and is still needed, and the bytes into which the next piece's weights are read. The optimizer has its turn when no
 * piece is there.
 */
export function estimateStreaming(
  pieces: readonly Graph[],
  parameterCount: number,
  weightBytes: (weight: Value) => number,
): StreamingMemory {
  const handedOn = bytesHandedOn(pieces);
  const taken = pieces.map((graph) => {
    const { weights, activations } = estimateMemory(graph);
    const stored = graph.weights.reduce((sum, { value }) => sum + weightBytes(value), 0);
    const nominal = graph.weights.reduce((sum, { value }) => sum + bytesOf(value), 0);
    return { weights: weights - nominal + stored, activations, read: stored };
  });
  const buffer = Math.max(...taken.map(({ read }) => read));
  const running = taken.map(({ weights, activations }, i) => weights + activations + handedOn[i]!);
  const { state } = estimateTraining(pieces.at(-1)!, parameterCount);
  return {
    weights: buffer + Math.max(...taken.map(({ weights }) => weights)),
    activations: Math.max(...taken.map(({ activations }, i) => activations + handedOn[i]!)),
    state,
    peak: buffer + Math.max(state, Math.max(...running) + vectorsWhileRunning * 4 * parameterCount),
  };
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
