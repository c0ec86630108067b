import { expect, it } from 'vitest';
import { compileChosen } from '../../src/engine/chooseActivations.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { randomDecoder, lora } from '../support/randomDecoder.ts';
import { hasWebGpu } from '../support/webgpu.ts';

const canHalve = hasWebGpu && (await navigator.gpu.requestAdapter())!.features.has('shader-f16');

it.skipIf(!hasWebGpu || canHalve)(
  'a GPU without shader-f16 trains in float32 though halves were asked for, and says why',
  async () => {
    const rows = [tokenizedRow([3, 5, 7, 9], [false, true, true, true])];
    const device = await createBrowserDevice({ provider: 'webgpu' });
    const { compiled, request } = await compileChosen({
      ...{ model: { decoder: randomDecoder('llama', 'q4f16'), weights: { files: [] } }, device, rows, lora },
      ...{ batchSize: 1, maxLength: 16, activations: 'float16' },
    });
    expect(request.activations).toBe('float32');
    expect(compiled.plan.activations!.note).toBe(
      'Activations are computed in float32: this graphics card does not compute in half precision.',
    );
    await device.dispose();
  },
);
