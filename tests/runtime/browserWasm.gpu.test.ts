import { describe, expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { deviceFor, disposeDevices, itRunsGraphs, none } from '../support/browserDevice.ts';
import { quantizedGatherModel } from '../support/weightedModel.ts';

disposeDevices();

describe('WASM in the browser', () => {
  itRunsGraphs('wasm');

  it('uses several threads, since the page is isolated', async () => {
    const device = await deviceFor({ provider: 'wasm' });
    expect(device.description).toBe(`WASM (${Math.min(navigator.hardwareConcurrency, 8)} threads)`);
  });

  it('embeds tokens of 4-bit models, which the build with WebGPU cannot do on the CPU', async () => {
    const device = await deviceFor({ provider: 'wasm' });
    const session = await device.createSession({ graph: quantizedGatherModel(), weights: none });
    const { y } = await session.run({ i: device.hostTensor(BigInt64Array.of(1n), [1]) });
    // Bytes 0x19: nibbles 9 and 1, minus 8, times one half.
    expect([...(await device.download(y!))].slice(0, 4)).toEqual([0.5, -3.5, 0.5, -3.5]);
  });

  it('stays with WASM when the page asks for whatever there is', async () => {
    expect((await deviceFor({})).provider).toBe('wasm');
  });

  it('says that this page cannot change to WebGPU', async () => {
    await expect(createBrowserDevice({ provider: 'webgpu' })).rejects.toMatchObject({
      kind: 'webgpu-unavailable',
      message: expect.stringContaining('already runs onnxruntime without WebGPU'),
    });
  });
});
