import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWhereStale, builtFolder } from '../../tools/serve/buildApp.ts';
import { addressOf, serveFolder } from '../../tools/serve/staticServer.ts';
import {
  browse,
  flagsWithoutWebGpu,
  hasChromium,
  patient,
  type ServedApp,
  type WatchedPage,
} from '../support/builtApp.ts';
import { chooseSmallField, stepButton } from './smallField.ts';

// The built app before, without and after its server: what a service worker keeps, and how a new version comes.

const folder = mkdtempSync(join(tmpdir(), 'whittle-offline-'));
const changed = 'domains/general.json';

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('base64');

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

/** Makes the served app another version: a file differs, and the service worker knows of it. */
function releaseNewVersion(): void {
  const file = join(folder, changed);
  const before = hashOf(file);
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
  replaceIn(join(folder, 'serviceWorker.js'), before, hashOf(file));
}

const untilKept = (page: Page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated', undefined, {
    timeout: 120_000,
  });

const lengthOf = (page: Page) =>
  page.evaluate(async (path) => (await (await fetch(path)).text()).length, `/${changed}`);

describe.skipIf(!hasChromium)('the built app without its server', patient, () => {
  let server: Server;
  let app: ServedApp;
  let visit: WatchedPage;

  const stopServer = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  const startServer = async () => {
    server = await serveFolder(folder, { port: Number(new URL(app.address).port) });
  };
  const bar = () => visit.page.getByRole('status').filter({ hasText: 'A new version of Whittle is ready.' });

  beforeAll(async () => {
    await buildWhereStale();
    cpSync(builtFolder, folder, { recursive: true });
    server = await serveFolder(folder);
    app = await browse(addressOf(server), stopServer, flagsWithoutWebGpu);
    visit = await app.open();
    visit.page.setDefaultTimeout(120_000);
    await untilKept(visit.page);
  });

  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens again, isolated, and begins a run', async () => {
    const { page } = visit;
    await stopServer();
    await page.reload();
    await page.getByText('Ready', { exact: true }).waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.evaluate(() => fetch('/absent').catch(() => 'nobody answers'))).toBe('nobody answers');
    await chooseSmallField(page);
    await stepButton(page, 'Start').click();
    await page.getByRole('button', { name: 'Specialize' }).click();
    await page
      .getByRole('region', { name: 'Run', exact: true })
      .getByText(/^[1-9]\d* of \d+ /)
      .waitFor();
  });

  it('says during a run that a new version waits', async () => {
    await startServer();
    const before = await lengthOf(visit.page);
    releaseNewVersion();
    await visit.page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await bar().filter({ hasText: 'It waits until the run is over.' }).waitFor();
    expect(await bar().getByRole('button').count()).toBe(0);
    const run = visit.page.getByRole('region', { name: 'Run', exact: true });
    await run.getByRole('button', { name: 'Cancel' }).click();
    await visit.page.getByRole('button', { name: 'Cancel the run' }).click();
    await run.waitFor({ state: 'detached' });
    expect(await lengthOf(visit.page)).toBe(before);
  });

  it('does not take the new version while another tab has the old one', async () => {
    const other = await visit.page.context().newPage();
    await other.goto(new URL('/bench', app.address).href);
    await bar().getByRole('button', { name: 'Reload' }).click();
    await visit.page.getByText('Whittle is open in another tab, with the present version.').waitFor();
    expect(await bar().count()).toBe(1);
    await other.close();
  });

  it('takes it when the person reloads, and has both pages without the server, too', async () => {
    const { page } = visit;
    const before = await lengthOf(page);
    await Promise.all([page.waitForEvent('load'), bar().getByRole('button', { name: 'Reload' }).click()]);
    await stepButton(page, 'Start').waitFor();
    await stopServer();
    expect(await lengthOf(page)).toBe(before + 1);
    expect(await bar().count()).toBe(0);
    await page.goto(new URL('/bench', app.address).href);
    await page.getByRole('button', { name: 'Measure' }).waitFor();
  });

  it('asked nobody else', () => {
    expect(visit.foreignRequests).toEqual([]);
  });
});
