import { Dexie, type Table } from 'dexie';
import { fullDiskIn } from './fullDisk.ts';

/** `waiting`: it stopped before training, so that a person can look through its tasks. */
export type RunStatus =
  'running' | 'paused' | 'waiting' | 'finished' | 'cancelled' | 'failed' | 'interrupted';

/** A run as the list shows it. `snapshot` is whatever the run was started with; it is never changed. */
export interface RunRecord<Snapshot> {
  readonly id: string;
  readonly createdAt: number;
  readonly title: string;
  readonly status: RunStatus;
  /** Why it failed, in one sentence. */
  readonly failure?: string;
  readonly snapshot: Snapshot;
}

interface StoredEvent<Event> {
  readonly order?: number;
  readonly runId: string;
  readonly event: Event;
}

type Tables<Snapshot, Event> = Dexie & {
  runs: Table<RunRecord<Snapshot>, string>;
  events: Table<StoredEvent<Event>, number>;
};

/**
 * Runs and their events in IndexedDB. Events are only ever appended, so that replaying them gives a run's state in
 * this tab, after a reload and in another tab alike. Bytes (adapters, checkpoints) live in a `ByteStore`. A write is
 * all or nothing; on a full disk it rejects with an error whose name is "QuotaExceededError".
 */
export class RunsDatabase<Snapshot, Event> {
  readonly #dexie: Tables<Snapshot, Event>;

  constructor(name: string) {
    this.#dexie = new Dexie(name) as Tables<Snapshot, Event>;
    this.#dexie.version(1).stores({ runs: 'id, createdAt', events: '++order, runId' });
  }

  async add(run: RunRecord<Snapshot>): Promise<void> {
    await this.#write(() => this.#dexie.runs.add(run));
  }

  async setStatus(id: string, status: RunStatus, failure?: string): Promise<void> {
    const query = this.#dexie.runs.where('id').equals(id);
    await this.#write(() => query.modify((run, ref) => void (ref.value = { ...run, status, failure })));
  }

  async append(runId: string, events: readonly Event[]): Promise<void> {
    await this.#write(() => this.#dexie.events.bulkAdd(events.map((event) => ({ runId, event }))));
  }

  /** Newest first. */
  async list(): Promise<RunRecord<Snapshot>[]> {
    return this.#dexie.runs.orderBy('createdAt').reverse().toArray();
  }

  /** In the order in which they were appended. */
  async eventsOf(runId: string): Promise<Event[]> {
    const stored = await this.#dexie.events.where('runId').equals(runId).sortBy('order');
    return stored.map(({ event }) => event);
  }

  async delete(id: string): Promise<void> {
    await this.#dexie.transaction('rw', this.#dexie.runs, this.#dexie.events, async () => {
      await this.#dexie.events.where('runId').equals(id).delete();
      await this.#dexie.runs.delete(id);
    });
  }

  /** In a transaction of its own, because single additions of a bulk would stay where a later one is refused. */
  async #write(work: () => PromiseLike<unknown>): Promise<void> {
    const { runs, events } = this.#dexie;
    try {
      await this.#dexie.transaction('rw', runs, events, async () => void (await work()));
    } catch (error) {
      throw fullDiskIn(error) ?? error;
    }
  }
}
