import { describe, expect, it } from 'vitest';
import { compileStreamedPrograms, describeStreaming } from '../../src/engine/streamedPrograms.ts';
import type { CompiledStreaming } from '../../src/compileStreamedTraining.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { modelWithFile } from '../support/streamedRun.ts';
import { wideModel } from './splitModels.ts';

const { decoder } = modelWithFile('model_q4.onnx_data');
const request = {
  model: decoder,
  trainable: { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 },
  shapesOf: (batchSize: number) => [{ batchSize, sequenceLength: 8 }, { batchSize, sequenceLength: 16 }], // prettier-ignore
  batchSize: 2,
  largestWeight: null,
} as const;

describe('programs for a model that does not fit', () => {
  it('take as many rows at a time as fit', () => {
    const [large, small] = [400_000, 250_000].map((budget) => compileStreamedPrograms(request, budget)!);
    const shapesOf = (programs: typeof large) =>
      programs!.map(({ batchSize, sequenceLength }) => [batchSize, sequenceLength]);
    expect([shapesOf(large), shapesOf(small)]).toEqual([[[2, 8], [2, 16]], [[1, 8], [1, 16]]]); // prettier-ignore
    // An eighth is left free.
    for (const { memory } of small!) expect(totalBytesOf(memory)).toBeLessThanOrEqual(218_750);
  });

  it('are none where not even a row fits', () => {
    expect(compileStreamedPrograms(request, 50_000)).toBeNull();
  });

  it('read all weights forward and back, but of the embedding the rows of the tokens', () => {
    const [{ forward, backward, cost }] = compileStreamedPrograms(request, 400_000)! as [CompiledStreaming];
    const read = [...forward, ...backward].flatMap(({ weights }) => weights.ranges);
    const rows = read.filter((range) => 'rowBytes' in range);
    // Two rows of eight tokens, 64 numbers of 4 bits each.
    expect(rows.map(({ length }) => length)).toEqual([16 * 32]);
    const inFiles = forward.flatMap(({ weights }) => weights.ranges).filter((range) => 'path' in range);
    const once = inFiles.reduce((sum, { length }) => sum + length, 0);
    expect(cost.bytesRead).toBeGreaterThan(1.8 * once);
  });

  it.each(['in a file', 'in the graph'] as const)(
    'bind no larger weight than they may, of an embedding %s and a head that are larger',
    (place) => {
      const wide = { ...request, model: wideModel(place), batchSize: 1 };
      const largest = (largestWeight: number | null) =>
        compileStreamedPrograms({ ...wide, largestWeight }, 2e7)!.map((program) => program.largestWeight);
      for (const bytes of largest(null)) expect(bytes).toBe(6000 * 64 * 4);
      for (const bytes of largest(200_000)) expect(bytes).toBeLessThanOrEqual(200_000);
    },
  );

  it('look tokens up in an embedding by row, however little may be bound', () => {
    const wide = { ...request, model: wideModel('in a file'), batchSize: 1, largestWeight: 200_000 };
    const [{ forward }] = compileStreamedPrograms(wide, 2e7)! as [CompiledStreaming];
    const ranges = forward.flatMap(({ weights }) => weights.ranges);
    const rows = ranges.filter((range) => 'rowBytes' in range);
    expect(rows.map(({ length }) => length)).toEqual([8 * 64 * 4]);
  });

  it('are announced with what they cost', () => {
    const text = describeStreaming({ pieces: 50, bytesRead: 1_234e6, forwardPasses: 3.14 });
    expect(text).toContain(
      'reads 1234 MB of them in 50 pieces and computes 3.1 forward passes instead of about 2.1',
    );
    expect(text).toContain('Answering loads the model as a whole');
  });
});
