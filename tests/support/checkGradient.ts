import { expect } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { sizeOf, type Value } from '../../src/graph/graph.ts';
import { runGraph, type NumberFeeds } from './runGraph.ts';

/** Deterministic numbers in [0.3, 1.5), away from kinks and poles; `signed` ones alternate around zero. */
export function sample(count: number, seed = 1, signed = true): number[] {
  let state = seed * 2654435761;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const magnitude = 0.3 + 1.2 * (state / 2 ** 32);
    return signed && (state >>> 9) % 2 === 1 ? -magnitude : magnitude;
  });
}

export interface GradientCase {
  /** Shapes of the inputs x0, x1, … */
  readonly shapes: readonly (readonly number[])[];
  readonly build: (g: GraphBuilder, ...x: Value[]) => Value;
  /** Positive inputs only, for ops such as Log. */
  readonly positive?: boolean;
}

const step = 1e-2;

/**
 * Compares the derived gradient of Σ wᵢ·yᵢ (w arbitrary) with central differences, for every element of every input.
 * The function's values come from onnxruntime in float32, so the two agree to about three digits.
 */
export async function checkGradient({ shapes, build, positive = false }: GradientCase): Promise<void> {
  const g = new GraphBuilder();
  const x = shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape));
  const y = build(g, ...x);
  const weights = g.constant('float32', y.shape, sample(sizeOf(y.shape), 77));
  const loss = g.reduceSum(g.mul(y, weights), y.shape.map((_, i) => i), false); // prettier-ignore
  const forward = g.finish('forward', { loss });
  const grads = differentiate(g, new Map([[loss, g.scalar(1)]]), x);
  const outputs = Object.fromEntries(x.map((input) => [`d_${input.name}`, grads.get(input)!]));
  const feeds = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, sample(sizeOf(shape), i + 1, !positive)]),
  );
  const derived = await runGraph(g.finish('gradient', outputs), feeds);
  const lossAt = async (at: NumberFeeds) => (await runGraph(forward, at))['loss']![0]!;
  for (const { name } of x) {
    const numeric = await centralDifferences(lossAt, feeds, name);
    expect(numeric.length).toBe(derived[`d_${name}`]!.length);
    numeric.forEach((want, i) => expect(derived[`d_${name}`]![i], `d_${name}[${i}]`).toBeCloseTo(want, 2));
  }
}

async function centralDifferences(
  lossAt: (feeds: NumberFeeds) => Promise<number>,
  feeds: Readonly<Record<string, number[]>>,
  name: string,
): Promise<number[]> {
  const numeric: number[] = [];
  for (let i = 0; i < feeds[name]!.length; i++) {
    const moved = (by: number) => ({ ...feeds, [name]: feeds[name]!.with(i, feeds[name]![i]! + by) });
    numeric.push(((await lossAt(moved(step))) - (await lossAt(moved(-step)))) / (2 * step));
  }
  return numeric;
}
