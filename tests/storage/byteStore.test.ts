import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeByteStore } from '../../src/storage/nodeByteStore.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

describe('bytes in files', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'whittle-bytes-'))));
  afterEach(() => rm(root, { recursive: true }));

  it('come back as they were written', async () => {
    const store = nodeByteStore(root);
    await store.write('runs/1/adapter.bin', bytes(1, 2, 3));
    expect(await store.read('runs/1/adapter.bin')).toEqual(bytes(1, 2, 3));
  });

  it('are null under a name that nothing has', async () => {
    expect(await nodeByteStore(root).read('runs/1/none')).toBeNull();
  });

  it('are replaced as a whole, leaving no unfinished file', async () => {
    const store = nodeByteStore(root);
    await store.write('a', bytes(1, 2, 3, 4));
    await store.write('a', bytes(9));
    expect(await store.read('a')).toEqual(bytes(9));
    expect(await readdir(root)).toEqual(['a']);
  });

  it('are listed by prefix with their sizes, unfinished writes left out', async () => {
    const store = nodeByteStore(root);
    await store.write('runs/2/b', bytes(1));
    await store.write('runs/1/a', bytes(1, 2));
    await store.write('other', bytes(1));
    await writeFile(join(root, 'runs', '1', 'a.new'), bytes(7, 7, 7));
    expect(await store.list('runs/')).toEqual([
      { name: 'runs/1/a', size: 2 },
      { name: 'runs/2/b', size: 1 },
    ]);
  });

  it('are deleted one by one, and by folder', async () => {
    const store = nodeByteStore(root);
    for (const name of ['runs/1/a', 'runs/1/b', 'runs/10/a']) await store.write(name, bytes(1));
    await store.delete('runs/1/a');
    await store.delete('runs/1/');
    await store.delete('runs/5/');
    expect((await store.list('')).map(({ name }) => name)).toEqual(['runs/10/a']);
  });

  it.each(['../outside', 'runs/../../outside', '/etc/passwd', 'runs//a', ''])(
    'cannot be named "%s"',
    async (name) => {
      await expect(nodeByteStore(root).write(name, bytes(1))).rejects.toThrow(
        `"${name}" cannot name stored bytes`,
      );
    },
  );
});
