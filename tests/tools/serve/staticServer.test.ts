import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf, serveFolder } from '../../../tools/serve/staticServer.ts';

let outer: string;
let server: Server;
const get = (path: string, init?: RequestInit) => fetch(new URL(path, addressOf(server)), init);

beforeAll(async () => {
  outer = mkdtempSync(join(tmpdir(), 'whittle-serve-'));
  const folder = join(outer, 'dist');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'second'));
  writeFileSync(join(folder, 'second', 'index.html'), 'second page');
  writeFileSync(join(outer, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<meta nonce="__CSP_NONCE__"><link nonce="__CSP_NONCE__">');
  writeFileSync(join(folder, 'model.onnx'), '0123456789');
  writeFileSync(join(folder, 'empty.txt'), '');
  writeFileSync(join(folder, 'a b.json'), '{}');
  writeFileSync(join(folder, 'serviceWorker.js'), '');
  for (const name of ['app-1.js', 'trainer.worker-1.js', 'download.worker-1.js']) {
    writeFileSync(join(folder, 'assets', name), '');
  }
  server = await serveFolder(folder);
});

afterAll(() => {
  server.close();
  rmSync(outer, { recursive: true });
});

it('puts a fresh nonce into the page and into its policy', async () => {
  const visits = await Promise.all([get(''), get('')]);
  const nonces = await Promise.all(
    visits.map(async (response) => {
      const [, nonce = 'none'] = /<meta nonce="(.+?)"/.exec(await response.text()) ?? [];
      expect(response.headers.get('Content-Security-Policy')).toContain(`style-src 'self' 'nonce-${nonce}'`);
      return nonce;
    }),
  );
  expect(nonces[0]).not.toBe(nonces[1]);
});

it('answers the name of a folder with the page in it, with and without a slash', async () => {
  for (const path of ['second', 'second/']) expect(await (await get(path)).text()).toBe('second page');
  expect((await get('assets')).status).toBe(404);
});

it('isolates the page and every script', async () => {
  for (const path of ['', 'assets/trainer.worker-1.js']) {
    const { headers } = await get(path);
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  }
});

it('lets only a download worker reach the Hub', async () => {
  const policyOf = async (path: string) => (await get(path)).headers.get('Content-Security-Policy');
  expect(await policyOf('')).not.toContain('huggingface');
  expect(await policyOf('assets/trainer.worker-1.js')).not.toContain('huggingface');
  expect(await policyOf('assets/download.worker-1.js')).toContain('https://huggingface.co');
});

it('lets the service worker reach its own server only, and has it asked for anew', async () => {
  const { headers } = await get('serviceWorker.js');
  expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none';.*; connect-src 'self';/);
  expect(headers.get('Cache-Control')).toBe('no-cache');
});

it('serves parts of a file', async () => {
  const part = await get('model.onnx', { headers: { Range: 'bytes=2-4' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('Content-Range')).toBe('bytes 2-4/10');
  expect(await part.text()).toBe('234');
  const beyond = await get('model.onnx', { headers: { Range: 'bytes=10-' } });
  expect(beyond.status).toBe(416);
});

it('answers HEAD without the body, and an unchanged file with 304', async () => {
  const head = await get('model.onnx', { method: 'HEAD' });
  expect(head.headers.get('Content-Length')).toBe('10');
  expect(await head.text()).toBe('');
  const etag = head.headers.get('ETag') ?? '';
  expect((await get('model.onnx', { headers: { 'If-None-Match': etag } })).status).toBe(304);
});

it('keeps hashed files for good and asks again for the others', async () => {
  expect((await get('assets/app-1.js')).headers.get('Cache-Control')).toContain('immutable');
  expect((await get('model.onnx')).headers.get('Cache-Control')).toBe('no-cache');
});

it('serves empty files and names with spaces', async () => {
  expect(await (await get('empty.txt')).text()).toBe('');
  const json = await get('a%20b.json');
  expect(json.headers.get('Content-Type')).toContain('application/json');
});

it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets', '/absent.js', '/%ff'])(
  'has nothing at %s',
  async (path) => {
    const { port } = new URL(addressOf(server));
    const status = await new Promise((resolve, reject) => {
      // Not fetch, which would tidy the path up before asking.
      const asking = request({ host: '127.0.0.1', port, path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asking.on('error', reject).end();
    });
    expect(status).toBe(404);
  },
);

it('writes nothing', async () => {
  expect((await get('model.onnx', { method: 'PUT', body: 'x' })).status).toBe(405);
});
