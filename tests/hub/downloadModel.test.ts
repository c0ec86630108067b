import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fetchModel, type ModelFetch } from '../../src/engine/hubModel.ts';
import type { DownloadProgress } from '../../src/hub/progress.ts';
import { HubClient } from '../../src/hub/hubClient.ts';
import { deleteModel, listModels } from '../../src/hub/modelCache.ts';
import { nodeLargeFiles } from '../../src/storage/nodeLargeFiles.ts';
import { startHub, type HubServer } from '../support/hubServer.ts';
import { temporaryFolder } from '../support/modelFolder.ts';

const id = 'someone/tiny-ONNX';
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 255);
const files = {
  'README.md': text('# Tiny'),
  'config.json': text({ model_type: 'llama' }),
  'tokenizer.json': text({ model: {} }),
  'tokenizer_config.json': text({}),
  'onnx/model_q4.onnx': text('the graph'),
  'onnx/model_q4.onnx_data': weights,
  'onnx/model_fp16.onnx': text('another graph'),
};
const weightsPath = 'onnx/model_q4.onnx_data';

// Disks of busy machines take their time.
const patient = { timeout: 60_000 };

let hub: HubServer;
let root: string;
const store = () => nodeLargeFiles(root);
const client = (endpoint = hub.endpoint) => new HubClient({ endpoint, pauses: [1, 1, 1] });
const fetchTiny = (changes: Partial<ModelFetch> = {}) =>
  fetchModel({
    client: client(),
    store: store(),
    reference: { id, revision: 'main' },
    dtype: 'q4',
    ...changes,
  });
const stored = (path: string) => join(root, 'models', id, hub.commit, path);
const isWhole = () => readFileSync(stored(weightsPath)).equals(weights);
const requestsFor = (path: string) => hub.seen.filter((seen) => seen.path.endsWith(path));

beforeEach(async () => {
  root = temporaryFolder();
  hub = await startHub(id, files);
  onTestFinished(() => hub.close());
});

/** Leaves the first 100,000 bytes of the weights, as a connection does that never comes back. */
async function breakOff(): Promise<void> {
  Object.assign(hub.faults, { cutAfter: 100_000, cuts: 1000 });
  await fetchTiny({ client: new HubClient({ endpoint: hub.endpoint, pauses: [] }) }).catch(() => undefined);
  expect(existsSync(stored(weightsPath))).toBe(false);
  expect(readFileSync(stored(`${weightsPath}.part`)).length).toBe(100_000);
  hub.faults.cuts = 0;
}

describe('a download', patient, () => {
  it('brings one precision and what it needs, through the redirect, and nothing else', async () => {
    const steps: DownloadProgress[] = [];
    const model = await fetchTiny({ onProgress: (progress) => steps.push(progress) });
    expect(model.variants.map(({ suffix }) => suffix)).toEqual(['_q4']);
    expect(isWhole()).toBe(true);
    expect(existsSync(stored('onnx/model_fp16.onnx'))).toBe(false);
    expect(existsSync(stored(`${weightsPath}.part`))).toBe(false);
    const last = steps.at(-1)!;
    expect(last.bytes).toBe(last.totalBytes);
    expect(last.files.every(({ bytes, size }) => bytes === size)).toBe(true);
  });

  it('goes on by itself where the connection was cut', async () => {
    Object.assign(hub.faults, { cutAfter: 100_000, cuts: 2 });
    await fetchTiny();
    expect(isWhole()).toBe(true);
    expect(requestsFor('_data').at(-1)?.range).toMatch(/^bytes=\d{4,}-$/);
  });

  it('goes on later where an earlier one stopped', async () => {
    await breakOff();
    hub.seen.length = 0;
    await fetchTiny();
    expect(requestsFor('_data').map(({ range }) => range)).toContain('bytes=100000-');
    expect(isWhole()).toBe(true);
  });

  it('begins again where the server knows no ranges', async () => {
    await breakOff();
    hub.faults.ignoresRanges = true;
    await fetchTiny();
    expect(isWhole()).toBe(true);
  });

  it('begins again where the stored part is of another file', async () => {
    await breakOff();
    writeFileSync(stored(`${weightsPath}.part`), new Uint8Array(100_000));
    writeFileSync(
      stored(`${weightsPath}.part.json`),
      JSON.stringify({ etag: '"other"', size: weights.length }),
    );
    await fetchTiny();
    expect(isWhole()).toBe(true);
  });

  it('refuses a file whose hash is wrong, and keeps none of it', async () => {
    hub.faults.damages = true;
    await expect(fetchTiny()).rejects.toThrow(/does not match the hash .* Download it again/);
    expect(existsSync(stored('onnx/model_q4.onnx'))).toBe(false);
    hub.faults.damages = false;
    await fetchTiny();
  });

  it('refuses a stored part that was damaged', async () => {
    await breakOff();
    const part = readFileSync(stored(`${weightsPath}.part`));
    part[5]! ^= 1;
    writeFileSync(stored(`${weightsPath}.part`), part);
    await expect(fetchTiny()).rejects.toThrow(`${weightsPath} of ${id} does not match the hash`);
  });

  it('can be aborted, and goes on afterwards', async () => {
    hub.faults.pause = 20;
    const abort = new AbortController();
    const fetching = fetchTiny({
      signal: abort.signal,
      onProgress: ({ bytes }) => void (bytes > 50_000 && abort.abort()),
    });
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(stored(weightsPath))).toBe(false);
    hub.faults.pause = 0;
    hub.seen.length = 0;
    await fetchTiny();
    expect(requestsFor('_data')[0]?.range).toMatch(/^bytes=\d+-$/);
  });

  it('waits and asks again where the server is busy', async () => {
    Object.assign(hub.faults, { refusals: 2, refusalStatus: 503 });
    await fetchTiny();
    expect(isWhole()).toBe(true);
  });

  it('says when the disk has no room', async () => {
    const small = { ...store(), freeBytes: async () => 1000 };
    await expect(fetchTiny({ store: small })).rejects.toThrow(/needs 1 MB more, but only 1 MB can be stored/);
  });

  it('says when the disk becomes full on the way, and keeps what it got', async () => {
    let room = 150_000;
    hub.faults.pause = 3;
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    const own = store();
    const filling: typeof own = {
      ...own,
      async append(name, from) {
        const writer = await own.append(name, from);
        const write = async (bytes: Uint8Array) => {
          if ((room -= bytes.length) < 0) throw full;
          await writer.write(bytes);
        };
        return { ...writer, write };
      },
    };
    await expect(fetchTiny({ store: filling })).rejects.toThrow(`There is no room left to store ${id}`);
    expect(readFileSync(stored(`${weightsPath}.part`)).length).toBeGreaterThan(10_000);
  });
});

describe('what cannot be had is told in a sentence', patient, () => {
  it.each([
    [{ id: 'someone/absent', revision: 'main' }, /^There is no public model someone\/absent on the Hub/],
    [{ id, revision: 'v9' }, /has no revision v9; give a branch, tag or commit/],
  ])('%o', async (reference, message) => {
    await expect(fetchTiny({ reference })).rejects.toThrow(message);
  });

  it('a gated model', async () => {
    hub.faults.errorCode = 'GatedRepo';
    await expect(fetchTiny()).rejects.toThrow(/is gated: only accounts that accepted its terms .* HF_TOKEN/);
  });

  it('a dtype that is not there', async () => {
    await expect(fetchTiny({ dtype: 'fp32' })).rejects.toThrow(
      /has no fp32; it has fp16 \(1 MB\), q4 \(1 MB\)/,
    );
  });

  it('too many requests', async () => {
    Object.assign(hub.faults, { refusals: 1000, refusalStatus: 429 });
    await expect(fetchTiny()).rejects.toThrow('refuses more requests for now');
  });

  it('no connection', async () => {
    const unreachable = client('http://127.0.0.1:9');
    await expect(fetchTiny({ client: unreachable })).rejects.toThrow(/127\.0\.0\.1:9 cannot be reached/);
  });

  it('a model without ONNX files, or that cannot be trained', async () => {
    const { 'config.json': config, 'tokenizer.json': tokenizer } = files;
    const bare = await startHub('a/bare', { 'config.json': config, 'tokenizer.json': tokenizer });
    const experts = text({ model_type: 'qwen3_moe', num_experts: 128 });
    const moe = await startHub('a/moe', { ...files, 'config.json': experts });
    onTestFinished(async () => void (await Promise.all([bare.close(), moe.close()])));
    const from = (server: HubServer, name: string) =>
      fetchTiny({ client: client(server.endpoint), reference: { id: name, revision: 'main' } });
    await expect(from(bare, 'a/bare')).rejects.toThrow(
      /^a\/bare lacks tokenizer_config.json and an ONNX graph/,
    );
    await expect(from(moe, 'a/moe')).rejects.toThrow('Qwen3 MoE is a mixture of experts (num_experts = 128)');
  });
});

describe('the cache', patient, () => {
  it('serves a model without the Hub, by any name that it had', async () => {
    await fetchTiny();
    await fetchTiny({ reference: { id, revision: hub.commit } });
    await hub.close();
    for (const revision of ['main', hub.commit, hub.commit.slice(0, 8)])
      expect((await fetchTiny({ reference: { id, revision } })).commit).toBe(hub.commit);
  });

  it('lists what is there, by precision, and deletes it', async () => {
    await fetchTiny();
    await fetchTiny({ dtype: 'fp16' });
    const [model] = await listModels(store());
    expect(model).toMatchObject({ id, commit: hub.commit, license: 'apache-2.0', revisions: ['main'] });
    expect(model!.variants.map(({ suffix }) => suffix)).toEqual(['_fp16', '_q4']);
    expect(model!.bytes).toBeGreaterThan(300_000);
    await deleteModel(store(), model!);
    expect(await listModels(store())).toEqual([]);
  });

  it('never takes a part for the whole', async () => {
    await breakOff();
    expect((await listModels(store()))[0]?.variants).toEqual([]);
  });
});
