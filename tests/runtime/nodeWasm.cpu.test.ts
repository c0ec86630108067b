import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice, openModel } from '../../src/cli/openModel.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import type { Device } from '../../src/runtime/device.ts';
import { weightCount, weightedModel, weightFile } from '../support/weightedModel.ts';

describe("onnxruntime-web's WebAssembly under Node", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ device: 'wasm', threads: 1 });
  });
  afterAll(() => device.dispose());

  const form = 'reads weights from memory, and takes and hands out tensors of onnxruntime-node';
  it.each([false, true])(`${form} (in little memory: %s)`, async (isLean) => {
    const weights = { files: [{ path: 'model.onnx', data: weightFile(100) }] };
    const session = await device.createSession(
      { graph: weightedModel('model.onnx', 100), weights },
      { isLean },
    );
    const { y } = await session.run({ x: device.upload(new Float32Array(weightCount), [weightCount]) });
    expect(y).toBeInstanceOf(Tensor);
    const expected = Array.from({ length: weightCount }, (_, i) => i);
    expect([...(await device.download(y!))]).toEqual(expected);
  });

  it('says before a run that its addresses do not suffice', async () => {
    await device.tryMemory({ weights: 1e6, working: 1e6 });
    await expect(device.tryMemory({ weights: 3e9, working: 3e9 })).rejects.toMatchObject({
      kind: 'out-of-memory',
      message: expect.stringMatching(
        /^A run would take 6000 MB, which this device does not give; /,
      ) as string,
    });
  });

  it('says that it cannot open a folder', async () => {
    const source = { graph: weightedModel('model.onnx', 100), weights: { folder: '/models' } };
    await expect(device.createSession(source)).rejects.toThrow(/WebAssembly cannot read the folder/);
  });

  it('answers through transformers.js, as the command line uses it', { timeout: 60_000 }, async () => {
    const model = await openModel({ model: 'public/models/pocket', dtype: 'q4', device: 'wasm' });
    const languageModel = new ModelSession(model, device).languageModel(null);
    const greedy = { maxNewTokens: 12, temperature: 0, topP: 1, seed: 0, stop: [] };
    const [answer] = await languageModel.complete(
      [[{ role: 'user', content: 'What is the capital of France? Answer briefly.' }]],
      greedy,
    );
    expect(answer?.text.trim()).toMatch(/^[a-z ]+/);
  });
});
