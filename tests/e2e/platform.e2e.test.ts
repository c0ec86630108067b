import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, createServer, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../../tools/serve/buildApp.ts';
import { addressOf } from '../../tools/serve/staticServer.ts';
import {
  browse,
  hasChromium,
  serveInBrowser,
  type ServedApp,
  type WatchedPage,
} from '../support/builtApp.ts';
import type { Findings } from './smokeApp/findings.ts';

// A page of a few lines under the app's own configuration: what the platform gives, without the app.

const folder = mkdtempSync(join(tmpdir(), 'whittle-smoke-'));
const smokeApp: InlineConfig = {
  configFile: join(repository, 'vite.config.ts'),
  root: fileURLToPath(new URL('smokeApp', import.meta.url)),
  publicDir: false,
  cacheDir: join(folder, 'cache'),
  logLevel: 'warn',
};

let stranger: Server;
let app: ServedApp;

beforeAll(async () => {
  stranger = await listenAsStranger();
});

afterAll(() => {
  stranger.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What page and worker see, after asserting everything that holds however the page is served. */
async function checkPlatform({ page, complaints, foreignRequests }: WatchedPage): Promise<void> {
  await page.waitForSelector('body[data-done]', { state: 'attached', timeout: 240_000 });
  const found = JSON.parse((await page.locator('output').textContent()) ?? '') as Record<
    'page' | 'worker',
    Findings
  >;
  for (const findings of [found.page, found.worker]) {
    expect(findings).toMatchObject({ isIsolated: true, wasm: [-1, 2], sharesTensorClass: true });
    expect(findings.canReachStrangers).toBe(false);
    expect([null, [-1, 2]]).toContainEqual(findings.webgpu);
  }
  const refusedStyles = await page
    .locator('style')
    .evaluateAll((styles) => styles.filter((style) => (style as HTMLStyleElement).sheet === null).length);
  expect(refusedStyles).toBe(0);
  expect(foreignRequests).toEqual([]);
  expect(complaints.filter((complaint) => !complaint.includes(addressOf(stranger)))).toEqual([]);
}

const visit = () => app.open(`?stranger=${addressOf(stranger)}`);

describe.skipIf(!hasChromium)('a page built and served like the app', () => {
  const built = join(folder, 'dist');

  beforeAll(async () => {
    await build({ ...smokeApp, build: { outDir: built, emptyOutDir: true } });
    app = await serveInBrowser(built);
  });

  afterAll(() => app.close());

  it('runs onnxruntime in page and worker, isolated and on its own origin only', async () => {
    await checkPlatform(await visit());
  });

  it('contains onnxruntime-web once', () => {
    const scripts = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((f) =>
      /\.m?js$/.test(f),
    );
    const withOrt = scripts.filter((f) =>
      readFileSync(join(built, f), 'utf8').includes('no available backend found'),
    );
    expect(withOrt).toEqual(['ort/ort.webgpu.min.mjs']);
  });
});

describe.skipIf(!hasChromium)('a page of the development server', () => {
  beforeAll(async () => {
    const server = await createServer({ ...smokeApp, server: { host: '127.0.0.1', port: 0 } });
    await server.listen();
    const address = addressOf(server.httpServer as Server);
    app = await browse(address, () => server.close());
  });

  afterAll(() => app.close());

  it('runs onnxruntime in page and worker, isolated and on its own origin only', async () => {
    await checkPlatform(await visit());
  });
});

/** A server of another origin that is glad to answer anyone. */
function listenAsStranger(): Promise<Server> {
  const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  const server = createHttpServer((_, response) => void response.writeHead(200, headers).end('hello'));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
