import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nodeLargeFiles } from '../../src/storage/nodeLargeFiles.ts';
import { hubEndpoint } from '../../src/ui/connection/hubEndpoint.ts';
import { App } from '../../src/ui/store/app.ts';
import type { Services } from '../../src/ui/store/services.ts';
import type { DownloadApi } from '../../src/workerApi/whittleWorkerApi.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveDownloads } from '../../workers/serveDownloads.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { startHub } from '../support/hubServer.ts';
import { temporaryFolder } from '../support/modelFolder.ts';
import { directConnection, inMemoryServices, memorySeal } from './support/inMemory.ts';
import { recordedEngine } from './support/recordedEngine.ts';

const id = 'someone/tiny-ONNX';
const bytes = (text: string) => new TextEncoder().encode(text);
const files = {
  'config.json': bytes('{"model_type":"llama"}'),
  'tokenizer.json': bytes('{}'),
  'tokenizer_config.json': bytes('{}'),
  'onnx/model_q4.onnx': new Uint8Array(200_000),
};
const patient = { timeout: 60_000 };
const ready = () => Promise.resolve();

/** A page over a recorded engine, whose downloads are real: from a hub in this process to a folder. */
async function openPage(shared: Partial<Services> = {}) {
  const hub = await startHub(id, files);
  onTestFinished(() => hub.close());
  const api: DownloadApi = serveDownloads(nodeLargeFiles(temporaryFolder()), ready);
  await api.ready(hub.endpoint);
  const engine = recordedEngine(0, { tasks: 12, steps: 10 });
  const services = inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready), {
    connectDownloads: () => directConnection(api),
    ...shared,
  });
  const app = new App(services);
  await app.begin('');
  await app.models.refresh();
  return { app, hub, services, state: () => app.store.getState(), models: () => app.store.getState().models };
}

const chosen = ({ engine }: ReturnType<App['store']['getState']>) =>
  engine.kind === 'ready' ? engine.model.reference : null;

describe('a model from the Hub', patient, () => {
  it('is described before anything of it is downloaded, then downloaded, chosen and kept', async () => {
    const { app, hub, services, state, models } = await openPage();
    await app.models.examine(`https://huggingface.co/${id}`);
    expect(models().offer).toMatchObject({ id, license: 'apache-2.0', modelType: 'llama', obstacle: null });
    expect(models().offer?.dtypes).toEqual([{ dtype: 'q4', bytes: 200_026 }]);
    expect(hub.seen.some(({ path }) => path.includes('onnx'))).toBe(false);
    await app.models.download('q4');
    expect(models()).toMatchObject({ failure: null, activity: null, offer: null });
    const reference = { id, revision: hub.commit, dtype: 'q4' };
    expect(chosen(state())).toEqual(reference);
    expect(models().stored).toMatchObject([{ id, commit: hub.commit, dtypes: [{ dtype: 'q4' }] }]);
    const again = new App(services);
    await again.begin('');
    expect(chosen(again.store.getState())).toEqual(reference);
  });

  it('can be cancelled on the way', async () => {
    const { app, hub, state, models } = await openPage();
    hub.faults.pause = 20;
    await app.models.examine(id);
    const download = app.models.download('q4');
    await vi.waitFor(() => expect(models().activity).toMatchObject({ progress: { totalBytes: 200_026 } }), {
      timeout: 20_000,
    });
    await app.models.stop();
    await download;
    expect(models()).toMatchObject({ activity: null, failure: null });
    expect(models().stored[0]?.dtypes).toEqual([]);
    expect(chosen(state())?.id).toBe('pocket');
  });

  it('that does not exist is told beside the field', async () => {
    const { app, models } = await openPage();
    await app.models.examine('someone/absent');
    expect(models()).toMatchObject({ offer: null, activity: null });
    expect(models().failure).toBe('There is no public model someone/absent on the Hub; check the spelling.');
  });

  it('gives way to pocket when it is deleted', async () => {
    const { app, state, models } = await openPage();
    await app.models.examine(id);
    await app.models.download('q4');
    await app.models.remove(models().stored[0]!);
    expect(models().stored).toEqual([]);
    expect(chosen(state())?.id).toBe('pocket');
  });
});

describe('a sealed page', patient, () => {
  const words = `This page is sealed: no model can be looked up or downloaded. Lift the seal under “What leaves this machine”.`;

  it('asks nobody, and says why and how to lift it', async () => {
    const { app, hub, models } = await openPage();
    await app.models.examine(id);
    const before = hub.seen.length;
    await app.seal.set(true);
    await app.models.download('q4');
    expect(models()).toMatchObject({ failure: words, activity: null });
    await app.models.examine(id);
    expect(models()).toMatchObject({ failure: words, activity: null, offer: null });
    expect(hub.seen.length).toBe(before);
    await app.seal.set(false);
    await app.models.examine(id);
    expect(models()).toMatchObject({ failure: null, offer: { id } });
  });

  it('starts another worker, remembers, and ends what is going in other tabs', async () => {
    const started: boolean[] = [];
    const seal = memorySeal();
    const shared = (api: DownloadApi): Partial<Services> => ({
      seal,
      connectDownloads(isSealed) {
        started.push(isSealed);
        return directConnection(api);
      },
    });
    const { app, hub, services, models } = await openPage({ seal });
    hub.faults.pause = 20;
    await app.models.examine(id);
    const download = app.models.download('q4');
    await vi.waitFor(() => expect(models().activity).toMatchObject({ progress: { totalBytes: 200_026 } }), {
      timeout: 20_000,
    });
    const api = serveDownloads(nodeLargeFiles(temporaryFolder()), ready);
    const other = new App({ ...services, ...shared(api) });
    await other.begin('');
    await other.models.refresh();
    await other.seal.set(true);
    await download;
    expect(models().activity).toBeNull();
    await other.models.refresh();
    expect(started).toEqual([false, true]);
    const again = new App(services);
    expect(again.store.getState().isSealed).toBe(true);
    await again.begin('');
    expect(again.store.getState().isSealed).toBe(true);
  });
});

describe('a model from disk', patient, () => {
  it('is copied and chosen', async () => {
    const { app, state, models } = await openPage();
    const picked = Object.entries(files).map(([path, content]) => ({
      path: `my model/${path}`,
      file: new Blob([content]),
    }));
    await app.models.importFiles(picked);
    expect(models().failure).toBeNull();
    expect(chosen(state())).toMatchObject({ id: 'local/my-model', dtype: 'q4' });
  });

  it('is refused with what it lacks', async () => {
    const { app, models } = await openPage();
    await app.models.importFiles([{ path: 'cat.jpg', file: new Blob(['cat']) }]);
    expect(models().failure).toContain('lacks config.json');
  });
});

describe('a run', patient, () => {
  it('keeps its model, and says so where another is chosen', async () => {
    const { app, state } = await openPage();
    await app.driver.start();
    expect(state().run?.setup.model).toEqual({ id: 'pocket', revision: '', dtype: 'q4' });
    const runId = state().run!.id;
    await app.models.examine(id);
    await app.models.download('q4');
    await app.openRun(runId);
    expect(state().notice?.text).toBe(
      `This run was made with pocket, which also answers here and would continue it. New runs use ${id} (q4).`,
    );
  });
});

describe('the Hub’s place', () => {
  it.each([
    ['', undefined],
    ['?hub=/hub/', 'http://localhost:1/hub'],
    ['?hub=http://localhost:1/x', 'http://localhost:1/x'],
    ['?hub=https://example.com', undefined],
    ['?hub=//example.com/hub', undefined],
  ])('in the address %s', (search, expected) => {
    expect(hubEndpoint({ search, origin: 'http://localhost:1' })).toBe(expected);
  });
});
