import { expect, it } from 'vitest';
import { compileTrainingModel } from '../../src/compileTrainingModel.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { capturePlacement, tapConsole, type Placement } from '../../src/runtime/placement.ts';
import { fetchFixture } from '../support/fetchFixture.ts';
import { compilePacked, followTrajectory, readTrajectory } from '../support/trajectory.ts';
import { hasWebGpu } from '../support/webgpu.ts';

tapConsole();

/** The device, noting where the nodes of every session are placed. */
function noting(device: Device, placements: Record<string, Placement>): Device {
  const { provider, description, limits, weightStorage, computesInHalf } = device;
  return {
    provider,
    description,
    limits,
    weightStorage,
    computesInHalf,
    tryMemory: device.tryMemory.bind(device),
    readWeights: device.readWeights.bind(device),
    hostTensor: device.hostTensor.bind(device),
    upload: device.upload.bind(device),
    download: device.download.bind(device),
    dispose: device.dispose.bind(device),
    createSession: async (source, options) => {
      // A session of its own for the log: one that logs its placement logs every kernel of every run, too.
      const create = () => device.createSession(source, { ...options, logPlacement: true });
      const { result, placement } = await capturePlacement(create);
      await result.dispose();
      placements[options?.label ?? ''] = placement;
      return device.createSession(source, options);
    },
  };
}

// A step takes seconds on a GPU in software; on CPU and WASM both are followed to the end.
it.skipIf(!hasWebGpu).each([
  ['llama', 32, 'alone'],
  ['gemma3', 6, 'alone'],
  ['gemma3', 3, 'in lines'],
] as const)(
  'training %s on WebGPU follows PyTorch for %i steps, rows %s, and no node falls back to the CPU',
  async (family, steps, rows) => {
    const device = await createBrowserDevice({ provider: 'webgpu' });
    const placements: Record<string, Placement> = {};
    const compile: typeof compileTrainingModel = (model, trainable, batch) =>
      (rows === 'alone' ? compileTrainingModel : compilePacked)(model, trainable, batch, {
        weights: device.weightStorage,
      });
    await followTrajectory(
      await readTrajectory(family, fetchFixture),
      noting(device, placements),
      compile,
      steps === 32 ? Infinity : steps,
    );
    const length = rows === 'alone' ? 24 : 48;
    const [evaluation, training] = ['evaluation', 'training'].map(
      (name) => `${name} graph for ${length} tokens`,
    );
    const graphs = [evaluation!, 'optimizer graph', training!];
    expect(Object.keys(placements).toSorted()).toEqual(graphs);
    for (const graph of graphs) {
      expect(Object.keys(placements[graph]!.nodeCounts), graph).toEqual(['WebGpuExecutionProvider']);
    }
    await device.dispose();
  },
  600_000,
);
