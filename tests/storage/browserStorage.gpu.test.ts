import { describe, expect, it } from 'vitest';
import { opfsByteStore } from '../../src/storage/opfsByteStore.ts';
import { lockIsFree, tryLock } from '../../src/storage/runLock.ts';
import { RunsDatabase } from '../../src/storage/runsDatabase.ts';

// Needs a browser, not a GPU: the origin-private file system, IndexedDB and web locks.

const bytes = (...values: number[]) => new Uint8Array(values);
const fresh = (name: string) => `${name}-${crypto.randomUUID()}`;

describe('bytes in the origin-private file system', () => {
  it('come back, are listed, replaced and deleted', async () => {
    const store = opfsByteStore(fresh('bytes'));
    expect(await store.list('')).toEqual([]);
    await store.write('runs/1/a', bytes(1, 2, 3));
    await store.write('runs/1/a', bytes(4));
    await store.write('runs/2/b', bytes(5, 6));
    expect(await store.read('runs/1/a')).toEqual(bytes(4));
    expect(await store.read('runs/3/a')).toBeNull();
    expect(await store.list('runs/')).toEqual([
      { name: 'runs/1/a', size: 1 },
      { name: 'runs/2/b', size: 2 },
    ]);
    await store.delete('runs/1/');
    await store.delete('runs/7/');
    expect((await store.list('')).map(({ name }) => name)).toEqual(['runs/2/b']);
  });

  it('cannot be named outside their folder', async () => {
    await expect(opfsByteStore(fresh('bytes')).write('../a', bytes(1))).rejects.toThrow(
      'cannot name stored bytes',
    );
  });
});

describe('stored runs', () => {
  const run = (id: string, createdAt: number) =>
    ({ id, createdAt, title: 't', status: 'running', snapshot: { size: 3 } }) as const;

  it('keep their events in order, and their status', async () => {
    const runs = new RunsDatabase<{ size: number }, { n: number }>(fresh('runs'));
    await runs.add(run('a', 1));
    await runs.add(run('b', 2));
    await runs.append('a', [{ n: 1 }, { n: 2 }]);
    await runs.append('b', [{ n: 7 }]);
    await runs.append('a', [{ n: 3 }]);
    await runs.setStatus('a', 'failed', 'why');
    expect(await runs.eventsOf('a')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await runs.list()).toMatchObject([
      { id: 'b', status: 'running' },
      { id: 'a', status: 'failed', failure: 'why', snapshot: { size: 3 } },
    ]);
    await runs.delete('a');
    expect(await runs.eventsOf('a')).toEqual([]);
    expect(await runs.eventsOf('b')).toEqual([{ n: 7 }]);
  });
});

describe('a lock', () => {
  it('is held by one at a time and noticed when it is released', async () => {
    const name = fresh('lock');
    const release = await tryLock(name);
    expect(release).not.toBeNull();
    expect(await tryLock(name)).toBeNull();
    const freed = lockIsFree(name);
    release!();
    await freed;
    expect(await tryLock(name)).not.toBeNull();
  });
});
