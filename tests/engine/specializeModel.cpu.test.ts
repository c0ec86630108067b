import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/engine/loadModel.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import { specializeModel } from '../../src/engine/specializeModel.ts';
import type { Adapter } from '../../src/lora/adapter.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { writeModelFolder } from '../support/modelFolder.ts';
import { runAtTraining } from './runAtTraining.ts';

const device = createNodeDevice({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'whittle-strength-'));

afterAll(async () => {
  await device.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('the strength of an adapter', () => {
  it('scales what training came to, and nothing of the training itself', async () => {
    const session = new ModelSession(await loadModel(modelDirectory(writeModelFolder(folder))), device);
    const trained = async (strength?: number): Promise<Adapter> => {
      const run = runAtTraining();
      const adapter = { ...run.adapter, ...(strength !== undefined && { strength }) };
      for await (const event of specializeModel(session, { ...run, adapter }))
        if (event.type === 'adapterTrained') return event.adapter;
      throw new Error('No adapter was trained.');
    };
    const [whole, weaker] = [await trained(), await trained(0.75)];
    expect(whole.config.alpha).toBe(runAtTraining().adapter.alpha);
    expect(weaker.config).toEqual({ ...whole.config, alpha: 0.75 * whole.config.alpha });
    expect(weaker.parameters).toEqual(whole.parameters);
  });
});
