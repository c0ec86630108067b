import { it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { expectSame, modelInBrowser } from '../support/streamedRun.ts';
import { countingRows } from '../support/tinyProgram.ts';
import { hasWebGpu } from '../support/webgpu.ts';

it.skipIf(!hasWebGpu)(
  'training in pieces from OPFS on WebGPU is training in one session',
  async () => {
    const device = await createBrowserDevice({ provider: 'webgpu' });
    const { programs, weights } = await modelInBrowser('streamingWebGpu');
    await expectSame(programs, { device, weights, rows: countingRows(4) }, 1e-6);
    await device.dispose();
  },
  600_000,
);
