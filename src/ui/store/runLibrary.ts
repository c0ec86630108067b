import { runFolder } from '../../storage/runFiles.ts';
import type { AdapterShelf } from './adapterShelf.ts';
import { isGoing, type AppStore, type OpenRun } from './appState.ts';
import { fail } from './notices.ts';
import { replayRun } from './runState.ts';
import type { Connection, Services } from './services.ts';
import type { ChatApi } from '../../workerApi/whittleWorkerApi.ts';
import { archiveRun } from './runArchive.ts';

const viewerRefreshMs = 1000;

/** The stored runs: listing, opening, watching one that another tab drives, deleting. */
export class RunLibrary {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #shelf: AdapterShelf;

  readonly #chat: () => Connection<ChatApi>;

  constructor(store: AppStore, services: Services, shelf: AdapterShelf, chat: () => Connection<ChatApi>) {
    this.#chat = chat;
    this.#store = store;
    this.#services = services;
    this.#shelf = shelf;
  }

  /** Lists the runs. Where no tab holds the run lock, runs that never ended were interrupted. */
  async refresh(): Promise<void> {
    const { runs } = this.#services;
    const release = await this.#services.takeRunLock();
    if (release) {
      for (const { id, status } of await runs.list())
        if (isGoing(status)) await runs.setStatus(id, 'interrupted');
      release();
    }
    this.#store.setState({ runs: await runs.list() });
  }

  /** Shows a stored run. The run that this tab drives is never replaced by its stored copy. */
  async open(id: string): Promise<void> {
    const { runs } = this.#services;
    const { run: shown } = this.#store.getState();
    if (shown?.owner === 'here') {
      if (shown.id === id) return;
      throw new Error(
        'A run is going in this tab. Pause does not free it: let it finish, or cancel it, to open another.',
      );
    }
    const record = (await runs.list()).find((run) => run.id === id);
    if (!record) throw new Error('That run is no longer stored in this browser.');
    const state = replayRun(await runs.eventsOf(id));
    const { title, status, failure, snapshot: setup } = record;
    const owner = isGoing(status) ? 'elsewhere' : null;
    this.#store.setState(({ chat, run }) => ({
      run: { id, title, status, failure, setup, state, owner, secondsLeft: null },
      chat: run?.id === id ? chat : { isAnswering: false, exchanges: [] },
    }));
    if (owner) void this.#watch(id).catch((error: unknown) => fail(this.#store, error));
  }

  /** A stored run as a zip file; see `archiveRun`. */
  async archive({ id, setup }: Pick<OpenRun, 'id' | 'setup'>): Promise<Uint8Array<ArrayBuffer>> {
    const events = await this.#services.runs.eventsOf(id);
    return archiveRun({ id, setup, events }, this.#shelf, this.#chat());
  }

  async remove(id: string): Promise<void> {
    await this.#shelf.delete(runFolder(id));
    await this.#services.runs.delete(id);
    this.#store.setState(({ run }) => (run?.id === id ? { run: null, step: 'start' } : {}));
    this.#store.setState({ runs: await this.#services.runs.list() });
  }

  /** Follows the stored events until the tab that drives the run lets go of the lock. */
  async #watch(id: string): Promise<void> {
    while (this.#isWatched(id)) {
      await new Promise((resolve) => setTimeout(resolve, viewerRefreshMs));
      const state = replayRun(await this.#services.runs.eventsOf(id));
      const release = await this.#services.takeRunLock();
      release?.();
      const owner = release ? null : 'elsewhere';
      this.#store.setState(({ run }) =>
        run && this.#isWatched(id) ? { run: { ...run, state, owner } } : {},
      );
      if (!release) continue;
      await this.refresh();
      await this.open(id);
    }
  }

  #isWatched(id: string): boolean {
    const { run } = this.#store.getState();
    return run?.id === id && run.owner === 'elsewhere';
  }
}
