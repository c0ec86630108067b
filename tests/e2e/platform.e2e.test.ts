import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../../tools/serve/buildApp.ts';
import { addressOf } from '../../tools/serve/staticServer.ts';
import { hasChromium, serveInBrowser, type ServedApp } from '../support/builtApp.ts';
import type { Findings } from './smokeApp/findings.ts';

// A page of a few lines, built with the app's own configuration: what the platform gives, without the app.
describe.skipIf(!hasChromium)('a page built and served like the app', () => {
  let folder: string;
  let app: ServedApp;
  let stranger: Server;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whittle-smoke-'));
    await build({
      configFile: join(repository, 'vite.config.ts'),
      root: fileURLToPath(new URL('smokeApp', import.meta.url)),
      publicDir: false,
      logLevel: 'warn',
      build: { outDir: folder, emptyOutDir: true },
    });
    app = await serveInBrowser(folder);
    stranger = await listenAsStranger();
  });

  afterAll(async () => {
    await app?.close();
    stranger?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs onnxruntime in page and worker, isolated and on its own origin only', async () => {
    const { page, foreignRequests } = await app.open(`?stranger=${addressOf(stranger)}`);
    await page.waitForSelector('body[data-done]', { state: 'attached', timeout: 120_000 });
    const found = JSON.parse(await page.locator('output').innerText()) as Record<'page' | 'worker', Findings>;
    for (const findings of [found.page, found.worker]) {
      expect(findings).toMatchObject({ isIsolated: true, wasm: [-1, 2], sharesTensorClass: true });
      expect(findings.canReachStrangers).toBe(false);
      expect([null, [-1, 2]]).toContainEqual(findings.webgpu);
    }
    expect(foreignRequests).toEqual([]);
    const colour = await page.locator('output').evaluate((output) => getComputedStyle(output).color);
    expect(colour).toBe('rgb(1, 2, 3)');
  });

  it('contains onnxruntime-web once', () => {
    const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) =>
      /\.m?js$/.test(f),
    );
    const withOrt = scripts.filter((f) =>
      readFileSync(join(folder, f), 'utf8').includes('no available backend found'),
    );
    expect(withOrt).toEqual(['ort/ort.webgpu.min.mjs']);
  });
});

/** A server of another origin that is glad to answer anyone. */
function listenAsStranger(): Promise<Server> {
  const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  const server = createServer((_, response) => void response.writeHead(200, headers).end('hello'));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
