import { describe, expect, it } from 'vitest';
import { dropOthers, keepFiles, keptAnswer, pathOf, type AppFiles } from '../../workers/appFiles.ts';

const root = 'http://localhost:1/';
const first: AppFiles = { root, hashes: { 'index.html': 'p1', 'bench/index.html': 'b1', 'a.js': 'j1' } };
const second: AppFiles = { root, hashes: { ...first.hashes, 'a.js': 'j2' } };

/** As much of a browser's cache as is used. */
function memoryCache(): Cache {
  const answers = new Map<string, Response>();
  const cache = {
    match: async (key: string) => answers.get(key)?.clone(),
    put: async (key: string, answer: Response) => void answers.set(key, answer),
    keys: async () => [...answers.keys()].map((url) => ({ url })),
    delete: async ({ url }: Request) => answers.delete(url),
  };
  return cache as unknown as Cache;
}

/** A server that answers with what it was asked, and has nothing at `absent`. */
function recordingServer(absent?: string) {
  const asked: { address: string; integrity?: string }[] = [];
  const ask = async (input: URL | RequestInfo, { integrity }: RequestInit = {}) => {
    const address = input as string;
    asked.push({ address, ...(integrity && { integrity }) });
    return new Response(address, { status: address === absent ? 404 : 200 });
  };
  return { asked, ask };
}

describe('addresses of the app', () => {
  it.each([
    ['', 'index.html'],
    ['?hub=/hub', 'index.html'],
    ['index.html', 'index.html'],
    ['bench', 'bench/index.html'],
    ['bench/', 'bench/index.html'],
    ['a.js', 'a.js'],
    ['b.js', undefined],
    ['hub/a.js', undefined],
    ['bench/absent.json', null],
    ['toString', undefined],
  ])('"%s" means %s', (address, path) => {
    expect(pathOf(first, root + address)).toBe(path);
  });

  it('are on no other server', () => {
    expect(pathOf(first, 'http://example.com/a.js')).toBeUndefined();
  });
});

describe('keeping the app', () => {
  it('asks for every file once, with the fingerprint of what was built where the server changes nothing', async () => {
    const [cache, { asked, ask }] = [memoryCache(), recordingServer()];
    await keepFiles(first, cache, ask);
    expect(asked).toEqual([
      { address: root },
      { address: `${root}bench/` },
      { address: `${root}a.js`, integrity: 'sha256-j1' },
    ]);
    expect(await (await keptAnswer(first, cache, 'bench/index.html'))?.text()).toBe(`${root}bench/`);
  });

  it('keeps nothing that is absent, and goes on later with what it lacks', async () => {
    const cache = memoryCache();
    const broken = recordingServer(`${root}a.js`);
    await expect(keepFiles(first, cache, broken.ask)).rejects.toThrow('a.js answered 404');
    const whole = recordingServer();
    await keepFiles(first, cache, whole.ask);
    expect(whole.asked.map(({ address }) => address)).toEqual([`${root}a.js`]);
  });

  it('fetches of a new version what is new, and leaves the one in use until others are dropped', async () => {
    const [cache, { asked, ask }] = [memoryCache(), recordingServer()];
    await keepFiles(first, cache, ask);
    await keepFiles(second, cache, ask);
    expect(asked).toHaveLength(4);
    expect(await keptAnswer(first, cache, 'a.js')).toBeDefined();
    await dropOthers(second, cache);
    expect(await keptAnswer(first, cache, 'a.js')).toBeUndefined();
    expect(await keptAnswer(second, cache, 'a.js')).toBeDefined();
    expect(await keptAnswer(second, cache, 'index.html')).toBeDefined();
  });
});
