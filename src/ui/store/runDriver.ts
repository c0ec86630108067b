import type { RunStatus } from '../../storage/runsDatabase.ts';
import type { Phase, RunEvent } from '../../workerApi/runEvent.ts';
import type {
  RunOutcome,
  RunSetup,
  SpecializeRequest,
  SpecializerApi,
} from '../../workerApi/whittleWorkerApi.ts';
import type { AdapterShelf } from './adapterShelf.ts';
import {
  chosenDomain,
  type AppState,
  type AppStore,
  type OpenRun,
  stepOfPhase,
  type Step,
} from './appState.ts';
import { isAbort, messageOf } from './messageOf.ts';
import { batchEvents } from './batchEvents.ts';
import { fail, notify } from './notices.ts';
import { EventRecorder, withBytes } from './recordEvents.ts';
import { followPace, secondsLeftAt, type PhasePace } from './phasePace.ts';
import { initialRunState, reduceRun } from './runState.ts';
import { runTitle } from './seedPoints.ts';
import type { Connection, Services } from './services.ts';

/** How long a worker may take to notice a cancel before it is ended from outside. */
const cancelPatienceMs = 8000;

/** Drives the one run that this tab may have going: worker, store and database. */
export class RunDriver {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #shelf: AdapterShelf;
  #connection: Connection<SpecializerApi> | null = null;
  /** Holds what is not stored yet of the run that is going or was last. */
  #unsaved: EventRecorder | null = null;
  #isCancelled = false;
  #pace: PhasePace | null = null;

  constructor(store: AppStore, services: Services, shelf: AdapterShelf) {
    this.#store = store;
    this.#services = services;
    this.#shelf = shelf;
  }

  /**
   * Starts a run, by default with what is chosen. Resolves when the run has ended, with how; null where none began.
   * @param follows whether the page goes where the run is
   */
  async start(
    setup: RunSetup | null = setupOf(this.#store.getState()),
    follows = true,
  ): Promise<RunStatus | null> {
    if (!setup) return null;
    // Not waited for: some browsers ask the person, and the run need not stand still for the answer.
    void this.#services.keepStorage().catch(() => undefined);
    return this.#alone(async () => {
      const runId = await this.#register(setup, follows);
      return this.#drive({ runId, setup, earlier: [] });
    });
  }

  /** Takes up the run on screen where an interruption left it; phases that were finished are not done again. As `start`. */
  async continue(): Promise<RunStatus | null> {
    const { run } = this.#store.getState();
    if (!run) return null;
    return this.#alone(async () => {
      const earlier = await withBytes(this.#shelf, run.id, await this.#services.runs.eventsOf(run.id));
      this.#update(run.id, { owner: 'here' });
      await this.#setStatus(run.id, 'running');
      return this.#drive({ runId: run.id, setup: run.setup, earlier });
    });
  }

  /** Lets the run stop, once, as soon as all tasks are answered; or not, where that is not wanted any more. */
  async stopBeforeTraining(isWanted: boolean): Promise<void> {
    this.#store.setState({ stopsBeforeTraining: isWanted });
    await this.#connection?.call(async (api) => api.stopBeforeTraining(isWanted));
  }

  async pause(): Promise<void> {
    await this.#connection?.call(async (api) => api.pause());
    await this.#setOpenStatus('paused');
  }

  async resume(): Promise<void> {
    this.#pace = null;
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

  /** Stores what the disk refused before; it is kept until it has room, or the tab is closed. */
  async saveAgain(): Promise<void> {
    const recorder = this.#unsaved;
    try {
      await recorder?.flush();
      if (!this.#connection && this.#unsaved === recorder) this.#unsaved = null;
    } catch {
      // The recorder has told of it.
    }
  }

  /** One run at a time in all tabs. Null where it could not begin. */
  async #alone<T>(work: () => Promise<T>): Promise<T | null> {
    const release = await this.#services.takeRunLock();
    if (!release) {
      notify(this.#store, 'A run is already going, here or in another tab. Wait for it, or cancel it.');
      return null;
    }
    try {
      return await work();
    } catch (error) {
      fail(this.#store, error);
      return null;
    } finally {
      release();
    }
  }

  async #register(setup: RunSetup, follows: boolean): Promise<string> {
    const id = crypto.randomUUID();
    const title = runTitle(setup);
    const status = 'running';
    await this.#services.runs.add({ id, createdAt: Date.now(), title, status, snapshot: setup });
    const run: OpenRun = {
      id,
      title,
      status,
      setup,
      state: initialRunState,
      owner: 'here',
      secondsLeft: null,
    };
    this.#store.setState({ run, follows, notice: null, ...(follows && { step: 'generate' }) });
    await this.#refreshList();
    return id;
  }

  async #drive(request: SpecializeRequest): Promise<RunStatus> {
    const { runId: id } = request;
    try {
      const outcome = await this.#run(request);
      if (outcome === 'stopped before training') return await this.#waitForPerson(id);
      await this.#setStatus(id, 'finished');
      this.#follow('compare');
      return 'finished';
    } catch (error) {
      const wasCancelled = this.#isCancelled || isAbort(error);
      const status = wasCancelled ? 'cancelled' : 'failed';
      await this.#setStatus(id, status, wasCancelled ? undefined : messageOf(error));
      return status;
    } finally {
      this.#update(id, { owner: null });
    }
  }

  /** It stops once: when it goes on, it goes on to the end. */
  async #waitForPerson(id: string): Promise<RunStatus> {
    this.#store.setState({ stopsBeforeTraining: false });
    await this.#setStatus(id, 'waiting');
    this.#follow('curate');
    return 'waiting';
  }

  async #run(request: SpecializeRequest): Promise<RunOutcome> {
    const { runId: id } = request;
    const { runs } = this.#services;
    const recorder = new EventRecorder(runs, this.#shelf, id, (error) => fail(this.#store, error));
    this.#unsaved = recorder;
    const connection = this.#services.connectSpecializer(this.#store.getState().device);
    this.#connection = connection;
    this.#isCancelled = false;
    const batch = batchEvents((events) => this.#apply(id, events));
    const onEvent = (event: RunEvent): void => {
      batch.add(event);
      recorder.record(event);
    };
    try {
      return await connection.call((api) => {
        api.stopBeforeTraining(this.#stops(request));
        return api.specialize(request, onEvent);
      });
    } finally {
      batch.flush();
      this.#connection = null;
      connection.close();
      await this.saveAgain();
    }
  }

  /** Nobody waits at the points of a sweep. */
  #stops({ setup }: SpecializeRequest): boolean {
    return this.#store.getState().stopsBeforeTraining && setup.sweepOf === undefined;
  }

  #apply(id: string, events: readonly RunEvent[]): void {
    const { run } = this.#store.getState();
    if (run?.id !== id) return;
    const [state, now] = [events.reduce(reduceRun, run.state), performance.now()];
    this.#pace = followPace(this.#pace, state, now);
    this.#update(id, { state, secondsLeft: secondsLeftAt(this.#pace, state, now) });
    // The base is tested in passing, between writing and training: no reason to turn the page.
    const started = events.findLast((event) => event.type === 'phaseStarted' && !isBaseTest(event.phase));
    if (started?.type === 'phaseStarted') this.#follow(stepOfPhase(started.phase));
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
    // A run whose end cannot be noted is found interrupted later, and goes on from what is stored.
    await this.#services.runs
      .setStatus(id, status, failure)
      .catch((error: unknown) => fail(this.#store, error));
    await this.#refreshList();
  }

  async #refreshList(): Promise<void> {
    this.#store.setState({ runs: await this.#services.runs.list() });
  }
}

const isBaseTest = ({ stage, model }: Phase): boolean => stage === 'evaluation' && model === 'base';

function setupOf(state: AppState): RunSetup | null {
  const choice = chosenDomain(state);
  const { engine, parameters } = state;
  if (!choice || !parameters || engine.kind !== 'ready') return null;
  const { domain, documents } = choice;
  return { model: engine.model.reference, domain, documents, parameters };
}
