import * as ort from 'onnxruntime-web/webgpu';
import { describe, expect, it } from 'vitest';
import { negModel } from '../support/negModel.ts';
import { hasWebGpu } from '../support/webgpu.ts';

describe('the browser that tests run in', () => {
  it('is cross-origin isolated, so that WASM may use threads', () => {
    expect(crossOriginIsolated).toBe(true);
  });

  it('serves onnxruntime from this origin', async () => {
    const response = await fetch('/ort/ort-wasm-simd-threaded.asyncify.wasm', { method: 'HEAD' });
    expect(response.headers.get('Content-Type')).toBe('application/wasm');
  });

  it.skipIf(!hasWebGpu)('runs an ONNX graph on WebGPU', async () => {
    ort.env.wasm.wasmPaths = '/ort/';
    const session = await ort.InferenceSession.create(negModel(), { executionProviders: ['webgpu'] });
    const { y } = await session.run({ x: new ort.Tensor('float32', [1, -2], [2]) });
    expect(y?.data).toEqual(new Float32Array([-1, 2]));
    await session.release();
  });
});
