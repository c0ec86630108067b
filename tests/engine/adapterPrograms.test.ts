import { describe, expect, it } from 'vitest';
import { compilePrograms, compileSmaller } from '../../src/engine/adapterPrograms.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

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
