import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/runtime/device.ts';
import { deviceFor, disposeDevices, none } from '../support/browserDevice.ts';
import { negModel } from '../support/negModel.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { cpuOnlyModel } from '../support/weightedModel.ts';

disposeDevices();

/** The output of a graph of one input, run over one tensor for each of `contents`. */
async function runsOf(device: Device, graph: Uint8Array, contents: readonly (readonly number[])[]) {
  const fixed = device.fixed!;
  const host = (values: readonly number[]) => device.hostTensor(Float32Array.from(values), [values.length]);
  const x = fixed.hold(host(contents[0]!));
  const session = await fixed.bind({ graph, weights: none }, { x });
  const results: number[][] = [];
  for (const values of contents) {
    fixed.assign([x, host(values)]);
    const { y } = await session.run();
    results.push([...(await fixed.read(y!))]);
  }
  const { isCaptured } = session;
  await session.dispose();
  x.dispose();
  return { results, isCaptured };
}

describe.skipIf(!hasWebGpu)('a session over fixed tensors', () => {
  it('repeats what its first run told the GPU, over what the tensors hold by then', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    const { results, isCaptured } = await runsOf(device, negModel(), [[1, 2], [3, 4], [5, 6]]); // prettier-ignore
    expect(isCaptured).toBe(true);
    expect(results).toEqual([[-1, -2], [-3, -4], [-5, -6]]); // prettier-ignore
  });

  it('is not recorded where a node runs on the CPU, and computes all the same', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    const { results, isCaptured } = await runsOf(device, cpuOnlyModel(), [[1, 2, 0, 0], [4, 3, 0, 0], [0, 0, 0, 6]]); // prettier-ignore
    expect(isCaptured).toBe(false);
    expect(results).toEqual([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]); // prettier-ignore
  });
});
