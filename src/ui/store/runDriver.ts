import type { RunStatus } from '../../storage/runsDatabase.ts';
import type { RunEvent, RunPhase } from '../../workerApi/runEvent.ts';
import type { RunResult, SpecializeRequest, SpecializerApi } from '../../workerApi/whittleWorkerApi.ts';
import { runFolder, type AdapterShelf } from './adapterShelf.ts';
import { chosenDomain, type AppState, type AppStore, type OpenRun, type Step } from './appState.ts';
import { isAbort, messageOf } from './messageOf.ts';
import { fail, notify } from './notices.ts';
import { recordEvents } from './recordEvents.ts';
import { initialRunState, reduceRun } from './runState.ts';
import type { Connection, Services } from './services.ts';

const stepOfPhase: Record<RunPhase, Step> = {
  preparing: 'generate',
  generating: 'generate',
  training: 'train',
  evaluating: 'compare',
  exporting: 'compare',
};

/** How long a worker may take to notice a cancel before it is ended from outside. */
const cancelPatienceMs = 8000;

/** Drives the one run that this tab may have going: worker, store and database. */
export class RunDriver {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #adapters: AdapterShelf;
  #connection: Connection<SpecializerApi> | null = null;
  #isCancelled = false;

  constructor(store: AppStore, services: Services, adapters: AdapterShelf) {
    this.#store = store;
    this.#services = services;
    this.#adapters = adapters;
  }

  get isBusy(): boolean {
    return this.#connection !== null;
  }

  /** Runs with the domain and parameters that are chosen. Resolves when the run has ended, however it ended. */
  async start(): Promise<void> {
    const release = await this.#services.takeRunLock();
    if (!release)
      return notify(this.#store, 'Another tab is running Whittle. Wait for it, or cancel it there.');
    try {
      const request = requestOf(this.#store.getState());
      if (request) await this.#drive(await this.#register(request), request);
    } catch (error) {
      fail(this.#store, error);
    } finally {
      release();
    }
  }

  async pause(): Promise<void> {
    await this.#connection?.call(async (api) => api.pause());
    await this.#setOpenStatus('paused');
  }

  async resume(): Promise<void> {
    await this.#connection?.call(async (api) => api.resume());
    await this.#setOpenStatus('running');
  }

  async cancel(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    this.#isCancelled = true;
    setTimeout(() => connection.close(), cancelPatienceMs);
    await connection.call(async (api) => api.cancel());
  }

  async #register(request: SpecializeRequest): Promise<string> {
    const id = crypto.randomUUID();
    const title = request.domain.name;
    const status = 'running';
    await this.#services.runs.add({ id, createdAt: Date.now(), title, status, snapshot: request });
    const run: OpenRun = { id, title, status, request, state: initialRunState, owner: 'here', adapter: null };
    this.#store.setState({ run, step: 'generate', follows: true, notice: null });
    await this.#refreshList();
    return id;
  }

  async #drive(id: string, request: SpecializeRequest): Promise<void> {
    try {
      await this.#keep(id, await this.#run(id, request));
    } catch (error) {
      const wasCancelled = this.#isCancelled || isAbort(error);
      await this.#setStatus(
        id,
        wasCancelled ? 'cancelled' : 'failed',
        wasCancelled ? undefined : messageOf(error),
      );
    } finally {
      this.#update(id, { owner: null });
    }
  }

  async #run(id: string, request: SpecializeRequest): Promise<RunResult> {
    const recorder = recordEvents(this.#services.runs, id);
    const connection = this.#services.connectSpecializer();
    this.#connection = connection;
    this.#isCancelled = false;
    const onEvent = (event: RunEvent): void => {
      this.#apply(id, event);
      recorder.record(event);
    };
    try {
      return await connection.call((api) => api.specialize(request, onEvent));
    } finally {
      this.#connection = null;
      connection.close();
      await recorder.flush();
    }
  }

  /** An adapter that the disk refuses is kept for this session, and the person is told. */
  async #keep(id: string, { adapter, description }: RunResult): Promise<void> {
    await this.#adapters
      .put(runFolder(id), adapter, description)
      .catch((error: unknown) => fail(this.#store, error));
    this.#update(id, { adapter: description });
    await this.#setStatus(id, 'finished');
    this.#follow('compare');
  }

  #apply(id: string, event: RunEvent): void {
    const { run } = this.#store.getState();
    if (run?.id !== id) return;
    this.#update(id, { state: reduceRun(run.state, event) });
    if (event.type === 'phase') this.#follow(stepOfPhase[event.phase]);
  }

  #follow(step: Step): void {
    this.#store.setState(({ follows }) => (follows ? { step } : {}));
  }

  #update(id: string, change: Partial<OpenRun>): void {
    this.#store.setState(({ run }) => (run?.id === id ? { run: { ...run, ...change } } : {}));
  }

  async #setOpenStatus(status: RunStatus): Promise<void> {
    const { run } = this.#store.getState();
    if (this.#connection && run?.owner === 'here') await this.#setStatus(run.id, status);
  }

  async #setStatus(id: string, status: RunStatus, failure?: string): Promise<void> {
    this.#update(id, { status, failure });
    await this.#services.runs.setStatus(id, status, failure);
    await this.#refreshList();
  }

  async #refreshList(): Promise<void> {
    this.#store.setState({ runs: await this.#services.runs.list() });
  }
}

function requestOf(state: AppState): SpecializeRequest | null {
  const choice = chosenDomain(state);
  if (!choice || state.engine.kind !== 'ready') return null;
  const { domain, documents } = choice;
  return { modelId: state.engine.model.id, domain, documents, parameters: state.parameters };
}
