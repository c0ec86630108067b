import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { negModel } from '../support/negModel.ts';
import { hasNodeWebGpu } from '../support/nodeWebGpu.ts';

describe.skipIf(!hasNodeWebGpu)('onnxruntime-node on WebGPU', () => {
  it('runs an ONNX graph in the process of the tests', async () => {
    const session = await InferenceSession.create(negModel(), { executionProviders: ['webgpu'] });
    const { y } = await session.run({ x: new Tensor('float32', [1, -2], [2]) });
    expect(y?.data).toEqual(new Float32Array([-1, 2]));
    await session.release();
  });
});
