import { afterEach, describe, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { opfsByteStore } from '../../src/storage/opfsByteStore.ts';
import { lockIsFree, tryLock } from '../../src/storage/runLock.ts';
import { modelsRoot, workRoot } from '../../src/storage/roots.ts';
import { RunsDatabase } from '../../src/storage/runsDatabase.ts';
import { measureStorage } from '../../src/storage/storageUse.ts';

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

describe('a full disk', () => {
  const origin = location.origin;

  afterEach(() => cdp().send('Storage.overrideQuotaForOrigin', { origin }));

  // IndexedDB takes more than the quota in a browser without a profile, as this one is.
  it('is told by its name, and leaves what was there', async () => {
    const store = opfsByteStore(fresh('bytes'));
    await store.write('a', bytes(1));
    await cdp().send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2 ** 20 });
    const isFull = { name: 'QuotaExceededError' };
    await expect(store.write('a', new Uint8Array(2 ** 22))).rejects.toMatchObject(isFull);
    expect(await store.read('a')).toEqual(bytes(1));
  });

  it('can be seen coming: what is stored is measured', async () => {
    await opfsByteStore(workRoot).write('runs/1/a', new Uint8Array(5000));
    await opfsByteStore(modelsRoot).write('models/a', new Uint8Array(70_000));
    const use = await measureStorage();
    expect(use.modelBytes).toBe(70_000);
    expect(use.workBytes).toBeGreaterThanOrEqual(5000);
    expect(use.freeBytes).toBeGreaterThan(0);
    await opfsByteStore(modelsRoot).delete('models/');
    expect((await measureStorage()).modelBytes).toBe(0);
  });
});
