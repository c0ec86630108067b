import { expect, it } from 'vitest';
import { compileTrainingModel } from '../src/compileTrainingModel.ts';
import { createBrowserDevice } from '../src/runtime/browser.ts';
import { capturePlacement, tapConsole } from '../src/runtime/placement.ts';
import { randomDecoder, lora } from './support/randomDecoder.ts';
import { hasWebGpu } from './support/webgpu.ts';

tapConsole();

// Placement follows from the kernels that there are, so it can be read without `shader-f16`; running them takes it.
it.skipIf(!hasWebGpu)(
  'every node of a training graph in half precision has a WebGPU kernel',
  async () => {
    const batch = { batchSize: 2, sequenceLength: 8 };
    const half = { activations: 'float16', recompute: 'elementwise' } as const;
    const { trainingGraph, forwardGraph } = compileTrainingModel(
      randomDecoder('gemma3', 'q4f16'),
      lora,
      batch,
      half,
    );
    const device = await createBrowserDevice({ provider: 'webgpu' });
    expect(device.computesInHalf).toBe((await navigator.gpu.requestAdapter())!.features.has('shader-f16'));
    for (const graph of [trainingGraph, forwardGraph]) {
      const source = { graph, weights: { files: [] } };
      const { placement } = await capturePlacement(() =>
        device.createSession(source, { logPlacement: true }),
      );
      expect(placement.nodesOnCpu).toEqual([]);
      expect(Object.keys(placement.nodeCounts)).toEqual(['WebGpuExecutionProvider']);
    }
    await device.dispose();
  },
  300_000,
);
