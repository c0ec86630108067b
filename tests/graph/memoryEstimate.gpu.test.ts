import { describe, expect, it } from 'vitest';
import type { Recompute } from '../../src/autodiff/recompute.ts';
import { compileTrainingModel } from '../../src/compileTrainingModel.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import { modelShapes } from '../../tools/bench/shapes.ts';
import { useCountedGpu, type CountedGpu } from '../support/countedGpu.ts';
import { modelBesideFile } from '../support/modelBesideFile.ts';
import { hasWebGpu } from '../support/webgpu.ts';

const length = 256;
const vocabulary = 1024;

/** Narrow and few, so that what a step keeps of 256 tokens outweighs the weights. */
const config = {
  ...modelShapes['SmolLM2-135M'],
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: vocabulary,
  max_position_embeddings: length,
};

const { decoder, weights } = modelBesideFile(config, 'q4');
const lora = { kind: 'lora', targetModules: 'all-linear', rank: 8, alpha: 8 } as const;
const ids = Array.from({ length }, (_, i) => (i * 7919 + 13) % vocabulary);
const rows = [tokenizedRow(ids, ids.map((_, i) => i > 0))]; // prettier-ignore

/** Trains one step; what that was estimated to take, and what its buffers took. In bytes. */
async function measure({ device, bytes }: CountedGpu, recompute: Recompute) {
  const shape = { batchSize: 1, sequenceLength: length };
  // Without its estimate, a program is run without asking the device for so much first.
  const { memory, ...program } = compileTrainingModel(decoder, lora, shape, {
    recompute,
    weights: device.weightStorage,
  });
  const parameters = Float32Array.from({ length: program.layout.size }, (_, i) => 0.05 * Math.sin(i));
  const options = { ...defaultTrainingOptions, duration: { steps: 1 } };
  bytes.forgetPeak();
  const events: string[] = [];
  for await (const { type } of train({ device, programs: [program], weights, parameters, rows, options }))
    events.push(type);
  expect(events).toContain('step');
  return { estimated: totalBytesOf(memory), allocated: bytes.peak };
}

describe.skipIf(!hasWebGpu)('on WebGPU the estimate of a training step', () => {
  const gpu = useCountedGpu();

  it.each(['none', 'elementwise', 'perLayer'] as const)(
    'is right within 15 % with recompute %s, and nothing is kept of it',
    async (recompute) => {
      const { estimated, allocated } = await measure(gpu(), recompute);
      const error = estimated / allocated - 1;
      const said = `${estimated} bytes estimated, ${allocated} allocated: ${(100 * error).toFixed(1)} %`;
      console.log(`recompute ${recompute}: ${said}`);
      expect(Math.abs(error), said).toBeLessThan(0.15);
      // Parameters of kernels are kept for the next run.
      expect(gpu().bytes.live).toBeLessThan(10_000);
    },
  );
});
