import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recompute } from '../../src/autodiff/recompute.ts';
import { compileTrainingModel } from '../../src/compileTrainingModel.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { requestGpuDevice } from '../../src/runtime/gpuDevice.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import { modelShapes, randomQuantized, randomTensors } from '../../tools/bench/shapes.ts';
import { countGpuBytes, type GpuBytes } from '../support/gpuBytes.ts';
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

/** A model in 4 bits with its weights in a file beside the graph, as a page has it. */
function modelBesideFile() {
  const path = 'model_q4.onnx_data';
  const tensors = randomTensors(config);
  const exported = exportDecoder({ config, tensors, dtype: 'q4', quantize: randomQuantized });
  const { model, pieces } = splitWeights(exported, path);
  const data = new Blob(pieces as Uint8Array<ArrayBuffer>[]);
  return { decoder: { decoder: model, fileName: 'model_q4.onnx' }, weights: { files: [{ path, data }] } };
}

const { decoder, weights } = modelBesideFile();
const lora = { kind: 'lora', targetModules: 'all-linear', rank: 8, alpha: 8 } as const;
const ids = Array.from({ length }, (_, i) => (i * 7919 + 13) % vocabulary);
const rows = [tokenizedRow(ids, ids.map((_, i) => i > 0))]; // prettier-ignore

/** Trains one step; what that was estimated to take, and what its buffers took. In bytes. */
async function measure(device: Device, bytes: GpuBytes, recompute: Recompute) {
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
  let gpuDevice: GPUDevice;
  let bytes: GpuBytes;
  let device: Device;
  beforeAll(async () => {
    gpuDevice = await requestGpuDevice();
    bytes = countGpuBytes(gpuDevice);
    device = await createBrowserDevice({ gpuDevice });
  });
  afterAll(async () => {
    await device.dispose();
    gpuDevice.destroy();
  });

  it.each(['none', 'elementwise', 'perLayer'] as const)(
    'is right within 15 % with recompute %s, and nothing is kept of it',
    async (recompute) => {
      const { estimated, allocated } = await measure(device, bytes, recompute);
      const error = estimated / allocated - 1;
      const said = `${estimated} bytes estimated, ${allocated} allocated: ${(100 * error).toFixed(1)} %`;
      console.log(`recompute ${recompute}: ${said}`);
      expect(Math.abs(error), said).toBeLessThan(0.15);
      // Parameters of kernels are kept for the next run.
      expect(bytes.live).toBeLessThan(10_000);
    },
  );
});
