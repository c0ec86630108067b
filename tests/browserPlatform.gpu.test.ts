import * as ort from 'onnxruntime-web/webgpu';
import { describe, expect, it } from 'vitest';
import { hasWebGpu } from './support/webgpu.ts';

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
    const y = await session.run({ x: new ort.Tensor('float32', [1, -2], [2]) });
    expect([...(y.y!.data as Float32Array)]).toEqual([-1, 2]);
    await session.release();
  });
});

/** `y = Neg(x)` for two floats, as ONNX bytes (IR 8, opset 17). */
function negModel(): Uint8Array {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const field = (tag: number, bytes: number[]) => [tag, bytes.length, ...bytes];
  const shape = field(0x12, field(0x0a, [0x08, 2]));
  const type = field(0x12, field(0x0a, [0x08, 1, ...shape]));
  const value = (text: string) => [0x0a, ...name(text), ...type];
  const node = [0x0a, ...name('x'), 0x12, ...name('y'), 0x22, ...name('Neg')];
  const graph = [
    ...field(0x0a, node),
    0x12,
    ...name('g'),
    ...field(0x5a, value('x')),
    ...field(0x62, value('y')),
  ];
  return new Uint8Array([0x08, 8, ...field(0x3a, graph), ...field(0x42, [0x10, 17])]);
}
