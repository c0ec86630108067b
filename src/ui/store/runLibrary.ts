import { runFolder, type AdapterShelf } from './adapterShelf.ts';
import { isGoing, type AppStore } from './appState.ts';
import { fail } from './notices.ts';
import { replayRun } from './runState.ts';
import type { Services } from './services.ts';

const viewerRefreshMs = 1000;

/** The stored runs: listing, opening, watching one that another tab drives, deleting. */
export class RunLibrary {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #adapters: AdapterShelf;

  constructor(store: AppStore, services: Services, adapters: AdapterShelf) {
    this.#store = store;
    this.#services = services;
    this.#adapters = adapters;
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

  /** Shows a stored run. */
  async open(id: string): Promise<void> {
    const { runs } = this.#services;
    const record = (await runs.list()).find((run) => run.id === id);
    if (!record) throw new Error('That run is no longer stored in this browser.');
    if (this.#store.getState().run?.id === id && this.#store.getState().run?.owner) return;
    const state = replayRun(await runs.eventsOf(id));
    const adapter = await this.#adapters.describe(runFolder(id)).catch(() => null);
    const { title, status, failure, snapshot: request } = record;
    const owner = isGoing(status) ? 'elsewhere' : null;
    this.#store.setState({ run: { id, title, status, failure, request, state, owner, adapter } });
    if (owner) void this.#watch(id).catch((error: unknown) => fail(this.#store, error));
  }

  async remove(id: string): Promise<void> {
    await this.#adapters.delete(runFolder(id));
    await this.#services.runs.delete(id);
    this.#store.setState(({ run }) => (run?.id === id ? { run: null, step: 'start' } : {}));
    this.#store.setState({ runs: await this.#services.runs.list() });
  }

  /** Follows the stored events until the tab that drives the run lets go of the lock. */
  async #watch(id: string): Promise<void> {
    const isWatched = (): boolean => {
      const { run } = this.#store.getState();
      return run?.id === id && run.owner === 'elsewhere';
    };
    while (isWatched()) {
      await new Promise((resolve) => setTimeout(resolve, viewerRefreshMs));
      const state = replayRun(await this.#services.runs.eventsOf(id));
      const release = await this.#services.takeRunLock();
      release?.();
      this.#store.setState(({ run }) =>
        run && isWatched() ? { run: { ...run, state, owner: release ? null : 'elsewhere' } } : {},
      );
      if (!release) continue;
      await this.refresh();
      await this.open(id);
    }
  }
}
