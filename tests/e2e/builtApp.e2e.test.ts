import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFolder } from '../../tools/serve/buildApp.ts';
import { hasChromium, startApp, type ServedApp } from '../support/builtApp.ts';

describe.skipIf(!hasChromium)('the built app', () => {
  let app: ServedApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(() => app.close());

  const read = (file: string) => readFileSync(join(builtFolder, file), 'utf8');
  const scripts = () =>
    readdirSync(builtFolder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.m?js$/.test(file));
  const containing = (text: string) => scripts().filter((file) => read(file).includes(text));

  it('opens without a complaint and asks nobody but its own server', async () => {
    const { page, complaints, foreignRequests } = await app.open();
    await page.waitForSelector('#root > *', { state: 'attached' });
    await page.waitForLoadState('networkidle');
    expect(complaints).toEqual([]);
    expect(foreignRequests).toEqual([]);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  it('has no script or style in its page', () => {
    const page = read('index.html');
    expect(page.match(/<style|\son\w+=|style=/gi)).toBeNull();
    expect(page.match(/<script(?![^>]*\ssrc=)/gi)).toBeNull();
  });

  it('contains onnxruntime-web once, and nothing of Node', () => {
    expect(containing('no available backend found')).toEqual(['ort/ort.webgpu.min.mjs']);
    expect(containing('onnxruntime_binding')).toEqual([]);
    expect(containing('__vite-browser-external')).toEqual([]);
  });

  it('never calls another browser, which no policy forbids', () => {
    expect(containing('RTCPeerConnection')).toEqual([]);
  });

  it('starts its workers from files of their own', () => {
    expect(scripts().filter((file) => /\.worker-[^/]*\.js$/.test(file)).length).toBeGreaterThan(0);
  });
});
