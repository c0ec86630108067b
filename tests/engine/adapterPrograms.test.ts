import { describe, expect, it } from 'vitest';
import type { CompiledStreaming } from '../../src/compileStreamedTraining.ts';
import { compilePrograms, compileSmaller } from '../../src/engine/adapterPrograms.ts';
import { planMemory } from '../../src/engine/memoryPlan.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { modelWithFile } from '../support/streamedRun.ts';
import { wideModel } from './splitModels.ts';

const decoder = exportDecoder({ config: tinyConfigs.llama, tensors: randomCheckpoint('llama'), dtype: 'q4' });
const row = (length: number) => tokenizedRow(new Array<number>(length).fill(1), new Array<boolean>(length).fill(true)); // prettier-ignore
const request = {
  model: { decoder: { decoder, fileName: 'model.onnx' } },
  rows: [16, 16, 16, 16, 64].map(row),
  lora: { targetModules: 'all-linear', rank: 2, alpha: 4 },
  batchSize: 4,
  maxLength: 64,
} as const;
const compiled = (memoryBudget: number) => compilePrograms({ ...request, memoryBudget });

describe('compiling for the memory there is', () => {
  const plenty = compilePrograms(request);
  const kept = totalBytesOf(plenty.plan.memory);

  it('makes a program for usual and one for long rows, and says what the longest takes', () => {
    expect(plenty.programs.map(({ sequenceLength }) => sequenceLength)).toEqual([16, 64]);
    expect(plenty.plan).toMatchObject({ recompute: 'none', batchSize: 4, sequenceLength: 64, fit: 'fits' });
    expect(plenty.plan.memory).toEqual(plenty.programs[1]!.memory);
  });

  it('computes layers again before it takes fewer rows at a time', () => {
    expect(compiled(kept / 0.81).plan).toMatchObject({ recompute: 'elementwise', batchSize: 4 });
    const again = compiled(0.95 * kept).plan;
    expect(again).toMatchObject({ recompute: 'perLayer', batchSize: 4 });
    const { programs, plan } = compiled(0.8 * totalBytesOf(again.memory));
    expect(plan.batchSize).toBe(2);
    expect(programs.map(({ batchSize }) => batchSize)).toEqual([2, 2]);
  });

  it('refuses in words where a single row is too much', () => {
    expect(() => compiled(1000)).toThrow(
      /^Training takes 1 MB even with one row of 64 tokens .* may take 0 MB\. Weights and adapter alone take/,
    );
  });
});

describe('a model of which not even one row fits', () => {
  const { decoder } = modelWithFile('model_q4.onnx_data');
  const whole = { ...request, model: { decoder }, rows: [row(64), row(64)], batchSize: 2 };
  const planned = (batchSize: number, budget: number) =>
    planMemory(decoder, { kind: 'lora', ...request.lora }, { batchSize, sequenceLength: 64 }, budget);

  it(
    'is trained piece by piece, as it was planned and for the same number of bytes',
    { timeout: 30_000 },
    () => {
      const memoryBudget = 0.9 * planned(1, 1000).totalBytes;
      const options = { gradientAccumulationSteps: 3 };
      const { plan, programs } = compilePrograms({ ...whole, memoryBudget, options });
      const [{ cost, batchSize }] = programs as [CompiledStreaming];
      expect(batchSize).toBe(1);
      // Three microsteps of two rows each.
      expect(plan.streaming).toEqual({ ...cost, pieces: 6 * cost.pieces, bytesRead: 6 * cost.bytesRead });
      expect(planned(2, memoryBudget).streaming).toMatchObject({
        batchSize,
        memory: plan.memory,
        cost: { ...cost, pieces: 2 * cost.pieces, bytesRead: 2 * cost.bytesRead },
      });
    },
  );

  it('binds no weight that its device cannot bind', { timeout: 30_000 }, () => {
    const limits = { maxBufferBytes: 2 ** 20, maxBindingBytes: 200_000 };
    const wide = { ...whole, model: { decoder: wideModel('in a file') }, maxLength: 8 };
    const memory = { weights: 4e7, activations: 0, state: 0 };
    const how = { batchSize: 1, sequenceLength: 8, recompute: 'perLayer', fit: 'does not fit' } as const;
    const lacking = { type: 'planned', ...how, memory, budgetBytes: 4e7 } as const;
    const largestOn = (device: object) => {
      const { programs } = compileSmaller({ ...wide, ...device }, lacking)!;
      return (programs as CompiledStreaming[])[0]!.largestWeight;
    };
    expect(largestOn({})).toBeGreaterThan(1e6);
    expect(largestOn({ device: { limits, weightStorage: 'once' } })).toBeLessThanOrEqual(200_000);
  });
});

it('goes on in ever less memory, until there is nothing left to spare', () => {
  const batchSizes: number[] = [];
  let current = compilePrograms(request);
  let next: typeof current | null = current;
  while ((next = compileSmaller(request, current.plan))) {
    expect(totalBytesOf(next.plan.memory)).toBeLessThan(totalBytesOf(current.plan.memory));
    current = next;
    batchSizes.push(current.plan.batchSize);
  }
  expect(batchSizes).toEqual([2, 1]);
  expect(current.plan.recompute).toBe('perLayer');
});
