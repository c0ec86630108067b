import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openModel, openModelFolder, provenanceOf } from '../../src/cli/openModel.ts';
import { whittle } from '../support/commandLine.ts';
import { startHub, type HubServer } from '../support/hubServer.ts';
import { temporaryFolder, writeModelFolder } from '../support/modelFolder.ts';

const id = 'someone/tiny-ONNX';

function filesOf(folder: string): Record<string, Uint8Array> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]));
}

describe('--model with an id on the Hub', { timeout: 120_000 }, () => {
  let hub: HubServer;
  let folder: string;

  beforeEach(async () => {
    folder = writeModelFolder(temporaryFolder());
    hub = await startHub(id, filesOf(folder));
    vi.stubEnv('HF_ENDPOINT', hub.endpoint);
    vi.stubEnv('WHITTLE_CACHE', temporaryFolder());
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await hub.close();
    });
  });

  it('downloads it once, and works offline from then on', async () => {
    const ask = ['generate', '--model', id, '--prompt', 'a b', '--max-new-tokens', '2'];
    const first = await whittle(...ask);
    expect(first.code, first.stderr.join('\n')).toBe(0);
    await hub.close();
    expect((await whittle(...ask)).stdout).toEqual(first.stdout);
  });

  it('is inspected like a folder', async () => {
    const inspect = (model: string) => whittle('inspect', '--model', model, '--max-length', '64', '--json');
    const [fromHub, fromFolder] = [await inspect(id), await inspect(folder)];
    expect(fromHub.code, fromHub.stderr.join('\n')).toBe(0);
    expect(fromHub.stdout).toEqual(fromFolder.stdout);
  });

  it('tells adapters what they were trained on, and folders without their place', async () => {
    const fromHub = await openModel({ model: `${id}@main`, dtype: 'q4' });
    const origin = { id, revision: hub.commit, dtype: 'q4' };
    expect(provenanceOf(fromHub)).toEqual({ baseModel: 'whittle/tiny', trainedOn: origin });
    const { trainedOn } = provenanceOf(await openModel({ model: folder, dtype: 'q4' }));
    expect(trainedOn).toEqual({ id: folder.split('/').at(-1), revision: '', dtype: 'q4' });
  });

  it('says that there is neither such a folder nor such a model', async () => {
    const open = (model: string) => openModelFolder({ model, dtype: 'q4' });
    await expect(open('someone/absent')).rejects.toThrow(
      'There is no public model someone/absent on the Hub',
    );
    await expect(open('./someone/absent')).rejects.toThrow('There is no model folder ./someone/absent');
    await expect(open('models')).rejects.toThrow('There is no model folder models');
  });
});
