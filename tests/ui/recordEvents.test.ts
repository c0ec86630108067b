import { describe, expect, it } from 'vitest';
import { AdapterShelf } from '../../src/ui/store/adapterShelf.ts';
import { isAbort, messageOf } from '../../src/ui/store/messageOf.ts';
import { EventRecorder, withBytes } from '../../src/ui/store/recordEvents.ts';
import type { RunEvent } from '../../src/workerApi/runEvent.ts';
import { exampleDomain, recordedRun } from './support/recordedRun.ts';
import { memoryByteStore, memoryRuns } from './support/inMemory.ts';

const events = [...recordedRun(exampleDomain('biomedicine'), { tasks: 4, steps: 4 })];
const note = (text: string): RunEvent => ({ type: 'note', text });
const fullDisk = () => new DOMException('full', 'QuotaExceededError');
const isTrained = ({ type }: RunEvent) => type === 'adapterTrained';

/** A disk that is full until it is given room. */
function shortDisk() {
  const [bytes, runs] = [memoryByteStore(), memoryRuns()];
  const disk = { isFull: true };
  const unlessFull =
    <Args extends readonly unknown[]>(work: (...args: Args) => Promise<void>) =>
    async (...args: Args) => {
      if (disk.isFull) throw fullDisk();
      await work(...args);
    };
  const shelf = () =>
    new AdapterShelf({
      ...bytes,
      write: unlessFull((name: string, content: Uint8Array) => bytes.write(name, content)),
    });
  return {
    disk,
    bytes,
    runs,
    shelf,
    append: unlessFull((id: string, added: readonly RunEvent[]) => runs.append(id, added)),
  };
}

describe('what the disk refuses', () => {
  it('is told once, kept, and stored in order when there is room again', async () => {
    const { disk, runs, shelf, append } = shortDisk();
    const told: unknown[] = [];
    const recorder = new EventRecorder({ append }, shelf(), 'run', (error) => told.push(error));
    for (const event of [note('a'), ...events, note('b')]) {
      recorder.record(event);
      await expect(recorder.flush()).rejects.toThrow('full');
    }
    expect(told).toHaveLength(1);
    disk.isFull = false;
    await recorder.flush();
    const stored = await withBytes(shelf(), 'run', await runs.eventsOf('run'));
    expect(stored).toEqual([note('a'), ...events, note('b')]);
  });

  it('for good of an adapter makes its training count as not done', async () => {
    const { runs, shelf } = shortDisk();
    const recorder = new EventRecorder(runs, shelf(), 'run');
    for (const event of events) recorder.record(event);
    await expect(recorder.flush()).rejects.toThrow('full');
    const stored = await runs.eventsOf('run');
    expect(stored.filter(isTrained)).toHaveLength(2);
    const left = await withBytes(shelf(), 'run', stored);
    expect(left.filter(isTrained)).toEqual([]);
    const finished = left.flatMap((event) => (event.type === 'phaseFinished' ? [event.phase.stage] : []));
    expect(finished).not.toContain('training');
    expect(finished).toContain('evaluation');
    expect(left).toHaveLength(events.length - 4);
  });
});

describe('a full disk', () => {
  // As Dexie hands it on.
  const wrapped = Object.assign(new Error('aborted'), { name: 'AbortError', inner: fullDisk() });

  it.each([[fullDisk()], [wrapped]])('is told with the way out, and is no abort', (error) => {
    expect(messageOf(error)).toMatch(/no room left.*delete models or runs/);
    expect(isAbort(error)).toBe(false);
    expect(isAbort(new DOMException('', 'AbortError'))).toBe(true);
  });
});
