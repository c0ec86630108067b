import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { buildAdamW } from '../../src/training/adamw.ts';
import { sample } from '../support/checkGradient.ts';
import { ReferenceAdamW } from '../support/referenceTraining.ts';
import { runGraph } from '../support/runGraph.ts';

interface Settings {
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly maxGradNorm?: number;
  readonly steps?: number;
}

/** Runs graph and reference side by side on the same gradients, a new one in each step. */
async function compare(size: number, settings: Settings) {
  const { learningRate = 0.01, weightDecay = 0, maxGradNorm = 1e30, steps = 5 } = settings;
  const graph = buildAdamW(new GraphBuilder(), size);
  const start = sample(size, 3);
  const reference = new ReferenceAdamW(start);
  let state = { parameters: start, first_moment: start.map(() => 0), second_moment: start.map(() => 0) };
  const norms: (readonly [number, number])[] = [];
  for (let step = 1; step <= steps; step++) {
    const gradient = sample(size, 10 + step);
    const outputs = await runGraph(graph, {
      ...state,
      gradient,
      learning_rate: [learningRate],
      bias_correction1: [1 - 0.9 ** step],
      bias_correction2: [1 - 0.999 ** step],
      weight_decay: [weightDecay],
      max_grad_norm: [maxGradNorm],
    });
    norms.push([outputs['grad_norm']![0]!, reference.step(gradient, learningRate, weightDecay, maxGradNorm)]);
    state = {
      parameters: [...outputs['parameters_out']!],
      first_moment: [...outputs['first_moment_out']!],
      second_moment: [...outputs['second_moment_out']!],
    };
  }
  return { state, reference, norms };
}

async function expectSame(size: number, settings: Settings): Promise<void> {
  const { state, reference, norms } = await compare(size, settings);
  state.parameters.forEach((value, i) => expect(value).toBeCloseTo(reference.parameters[i]!, 5));
  state.first_moment.forEach((value, i) => expect(value).toBeCloseTo(reference.firstMoment[i]!, 5));
  state.second_moment.forEach((value, i) => expect(value).toBeCloseTo(reference.secondMoment[i]!, 5));
  for (const [norm, expected] of norms) expect(norm / expected).toBeCloseTo(1, 5);
}

describe('the AdamW graph', () => {
  it('follows the reference', () => expectSame(7, {}));
  it('decays weights apart from the gradient', () => expectSame(7, { weightDecay: 0.3 }));
  it('clips by the norm of the whole vector', () => expectSame(7, { maxGradNorm: 0.5 }));
  it('leaves a gradient within the limit alone', () => expectSame(7, { maxGradNorm: 100 }));
  it('changes nothing but the moments at rate 0', async () => {
    const { state } = await compare(7, { learningRate: 0, weightDecay: 0.3, steps: 1 });
    expect(state.parameters).toEqual(sample(7, 3).map(Math.fround));
    expect(state.first_moment.every((m) => m !== 0)).toBe(true);
  });

  // One reduction block, a whole number of blocks, blocks and a rest.
  it.each([1, 1024, 2048, 2500])('sums the squares of %i elements', (size) => expectSame(size, { steps: 2 }));
});
