import { describe, expect, it } from 'vitest';
import type { CompiledStreaming } from '../../src/compileStreamedTraining.ts';
import { compilePrograms, compileSmaller } from '../../src/engine/adapterPrograms.ts';
import { planMemory } from '../../src/engine/memoryPlan.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import type { WeightStorage } from '../../src/graph/weightStorage.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { randomQuantized, randomTensors } from '../../tools/bench/shapes.ts';
import { tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { modelWithFile } from '../support/streamedRun.ts';
import { wideModel } from './splitModels.ts';

// Of six layers, so that what they keep counts beside the loss.
const config = { ...tinyConfigs.llama, num_hidden_layers: 6, tie_word_embeddings: true };
const decoder = exportDecoder({ config, tensors: randomTensors(config), dtype: 'q4' });
const row = (length: number) => tokenizedRow(new Array<number>(length).fill(1), new Array<boolean>(length).fill(true)); // prettier-ignore
const request = {
  model: { decoder: { decoder, fileName: 'model.onnx' } },
  rows: [16, 16, 16, 16, 64].map(row),
  lora: { targetModules: 'all-linear', rank: 2, alpha: 4 },
  batchSize: 4,
  maxLength: 64,
  isPacked: false,
  // A GPU, where graphs take no memory: of a model as small as this one they would be most.
  device: { limits: { maxBufferBytes: null, maxBindingBytes: null }, weightStorage: 'once' },
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

  it('keeps quantized matrices as floats where kernels run on the CPU and there is room for that too', () => {
    const onCpu = { ...request, device: { ...request.device, weightStorage: 'mapped' } } as const;
    const { programs, plan } = compilePrograms(onCpu);
    expect(programs.map((program) => 'keepsFloats' in program)).toEqual([true, true]);
    const { weights, ...rest } = plan.memory;
    const narrow = compilePrograms({ ...onCpu, memoryBudget: (totalBytesOf(plan.memory) - 1) / 0.8 });
    expect(narrow.programs.map((program) => 'keepsFloats' in program)).toEqual([false, false]);
    expect(narrow.plan).toMatchObject({ recompute: 'none', batchSize: 4, memory: rest });
    // Six layers of seven matrices and the head's, for two lengths; below the first layer's query, key and value is no adapter.
    const [hidden, inner] = [config.hidden_size, config.intermediate_size];
    const matrices =
      6 * (3 * hidden * inner + 3 * hidden * hidden) - 2 * hidden * hidden + config.vocab_size * hidden;
    const kept = weights - narrow.plan.memory.weights;
    expect(kept).toBeGreaterThanOrEqual(2 * 4 * matrices);
    expect(kept).toBeLessThan(2.2 * 4 * matrices);
    expect(plenty.programs.map((program) => 'keepsFloats' in program)).toEqual([false, false]);
  });

  it('has steps recorded where sessions share weights and there is room for what that holds', () => {
    const shared = { ...request, device: { ...request.device, weightStorage: 'shared' } } as const;
    const capturing = (memoryBudget?: number) =>
      compilePrograms({ ...shared, ...(memoryBudget && { memoryBudget }) }).programs.map(
        (program) => 'captures' in program,
      );
    expect(capturing()).toEqual([true, true]);
    const { memory } = compilePrograms(shared).plan;
    expect(capturing(totalBytesOf(memory) / 0.79)).toEqual([false, false]);
    expect(plenty.programs.map((program) => 'captures' in program)).toEqual([false, false]);
  });

  it('refuses in words where a single row is too much', () => {
    expect(() => compiled(1000)).toThrow(
      /^Training takes 1 MB even with one row of 64 tokens .* may take 0 MB\. Weights and adapter alone take/,
    );
  });
});

describe('rows of which several fit into a line', () => {
  const packed = { ...request, isPacked: true } as const;
  const { device: _, isPacked: _unsaid, ...unsaid } = request;

  it('share lines by themselves, in one program that takes less than those for rows alone', () => {
    const [{ programs, plan }, aloneIs] = [compilePrograms(unsaid), compilePrograms(request).plan];
    expect(programs).toMatchObject([{ batchSize: 2, sequenceLength: 64, isPacked: true }]);
    expect(plan).toMatchObject({ batchSize: 2, sequenceLength: 64, isPacked: true });
    const { activations, state } = plan.memory;
    expect(activations + state).toBeLessThan(aloneIs.memory.activations + aloneIs.memory.state);
  });

  it('have a line each where that spares less than a tenth of the tokens', () => {
    const { plan } = compilePrograms({ ...unsaid, rows: [61, 62, 63, 64, 16].map(row) });
    expect(plan.isPacked).toBeUndefined();
  });

  it('go on sharing fewer lines in less memory, and alone where weights are streamed', () => {
    const plenty = compilePrograms(packed);
    const smaller = compileSmaller(packed, plenty.plan)!;
    expect(smaller.plan).toMatchObject({ batchSize: 1, recompute: 'perLayer', isPacked: true });
    expect(totalBytesOf(smaller.plan.memory)).toBeLessThan(totalBytesOf(plenty.plan.memory));
    expect(smaller.programs).toMatchObject([{ batchSize: 1, isPacked: true }]);
    const { decoder } = modelWithFile('model_q4.onnx_data');
    const inPieces = compileSmaller(
      { ...packed, model: { decoder } },
      { ...smaller.plan, memory: { weights: 4e7, activations: 0, state: 0 }, budgetBytes: 1e9 },
    );
    expect(inPieces?.plan.streaming).toBeDefined();
    expect(inPieces?.plan.isPacked).toBeUndefined();
    expect(inPieces?.programs.map(({ sequenceLength }) => sequenceLength)).toEqual([16, 64]);
  });
});

describe('a model with many weights', () => {
  /** A single wide layer with 8,192 tokens, 80 MB in 8 bits, all zero. */
  function heavy() {
    const [hidden, inner, vocabulary] = [4096, 32, 8192];
    const config = { ...tinyConfigs.llama, hidden_size: hidden, intermediate_size: inner, num_hidden_layers: 1, vocab_size: vocabulary, tie_word_embeddings: true }; // prettier-ignore
    const zeros = (...shape: number[]) => ({ dtype: 'F32', shape, bytes: new Uint8Array(4 * shape.reduce((a, b) => a * b)) }) as const; // prettier-ignore
    const attention = { q_proj: hidden, k_proj: hidden / 2, v_proj: hidden / 2, o_proj: hidden };
    const layer = 'model.layers.0';
    const tensors = new Map([
      ['model.embed_tokens.weight', zeros(vocabulary, hidden)],
      ...['model.norm', `${layer}.input_layernorm`, `${layer}.post_attention_layernorm`].map((name) => [`${name}.weight`, zeros(hidden)] as const),
      ...Object.entries(attention).map(([name, rows]) => [`${layer}.self_attn.${name}.weight`, zeros(rows, hidden)] as const),
      ...['gate_proj', 'up_proj'].map((name) => [`${layer}.mlp.${name}.weight`, zeros(inner, hidden)] as const),
      [`${layer}.mlp.down_proj.weight`, zeros(hidden, inner)],
    ]); // prettier-ignore
    const exported = exportDecoder({ config, tensors, dtype: 'q8', quantize: randomQuantized });
    return { decoder: splitWeights(exported, 'model.onnx_data').model, fileName: 'model.onnx' };
  }

  it(
    'has one program for all lengths, but one for each where sessions share weights',
    { timeout: 60_000 },
    () => {
      const model = { decoder: heavy() };
      const programsOn = (weightStorage: WeightStorage) => {
        const limits = { maxBufferBytes: null, maxBindingBytes: null };
        const { programs } = compilePrograms({
          ...request,
          model,
          batchSize: 1,
          device: { limits, weightStorage },
        });
        return programs.map((program) => ('forward' in program ? null : [program.sequenceLength, program.isLean, program.forwardGraph !== null])); // prettier-ignore
      };
      expect(programsOn('mapped')).toEqual([[64, true, false]]);
      expect(programsOn('shared')).toEqual([[16, false, true], [64, false, true]]); // prettier-ignore
    },
  );
});

describe('a model of which not even one row fits', () => {
  const { decoder } = modelWithFile('model_q4.onnx_data');
  const whole = { ...request, model: { decoder }, rows: [row(64), row(64)], batchSize: 2 };
  const planned = (batchSize: number, budget: number) =>
    planMemory(decoder, { kind: 'lora', ...request.lora }, { batchSize, sequenceLength: 64 }, budget, {
      weights: request.device.weightStorage,
    });

  it(
    'is trained piece by piece, as it was planned and for the same number of bytes',
    { timeout: 30_000 },
    () => {
      const memoryBudget = 0.95 * planned(1, 1000).totalBytes;
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
