import { isSameModel, modelTitle, pocketModel } from '../../workerApi/model.ts';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import type { RunParameters } from '../../workerApi/runParameters.ts';
import type { ChatApi, DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';
import { AdapterLibrary } from './adapterLibrary.ts';
import { AdapterShelf } from './adapterShelf.ts';
import { createAppStore, steps, type AppStore, type Damage, type Place } from './appState.ts';
import { ChatSession } from './chatSession.ts';
import { deviceToRunOn, singleKeys } from './choices.ts';
import { checkedRuns } from './checkedRuns.ts';
import { Curation } from './curation.ts';
import { forgetDamage } from './damages.ts';
import { DomainLibrary } from './domainLibrary.ts';
import { ModelLibrary } from './modelLibrary.ts';
import { fail, notify } from './notices.ts';
import { addRequests } from './requestLedger.ts';
import { RunDriver } from './runDriver.ts';
import { RunLibrary } from './runLibrary.ts';
import { Seal } from './seal.ts';
import { SeedSweep } from './seedSweep.ts';
import { SourceReader } from './sourceReader.ts';
import { StoredChoice } from './storedChoice.ts';
import { oppositeOf } from './taskDecisions.ts';
import { watchFit } from './watchFit.ts';
import type { Connection, Policy, Services } from './services.ts';

/** The whole application without its looks: the store and everything that may change it. */
export class App {
  readonly store: AppStore = createAppStore();
  readonly driver: RunDriver;
  readonly runs: RunLibrary;
  readonly sweep: SeedSweep;
  readonly curation: Curation;
  readonly shortcuts: StoredChoice<boolean>;
  readonly domains: DomainLibrary;
  readonly sources: SourceReader;
  readonly models: ModelLibrary;
  readonly adapters: AdapterLibrary;
  readonly chat: ChatSession;
  readonly seal: Seal;
  readonly #services: Services;
  readonly #shelf: AdapterShelf;
  readonly #device: StoredChoice<DeviceChoice>;
  #chatConnection: Connection<ChatApi> | null = null;

  constructor(given: Services) {
    const services = { ...given, runs: checkedRuns(given.runs, this.store) };
    const shelf = new AdapterShelf(services.bytes);
    this.#services = services;
    this.#shelf = shelf;
    this.#device = new StoredChoice(this.store, services.bytes, deviceToRunOn);
    const chat = (): Connection<ChatApi> => this.#connectChat();
    this.driver = new RunDriver(this.store, services, shelf);
    this.runs = new RunLibrary(this.store, services, shelf, chat);
    this.sweep = new SeedSweep(this.store, services, this.driver, this.runs);
    this.curation = new Curation(this.store, services, chat);
    this.shortcuts = new StoredChoice(this.store, services.bytes, singleKeys);
    this.domains = new DomainLibrary(this.store, services, chat);
    this.sources = new SourceReader(services);
    this.models = new ModelLibrary(this.store, services, chat);
    this.adapters = new AdapterLibrary(this.store, shelf, chat);
    this.chat = new ChatSession(this.store, shelf, chat);
    this.seal = new Seal(this.store, services.seal, () => this.models.disconnect());
    watchFit(this.store, chat);
    services.followRequests((told) =>
      this.store.setState(({ ledger }) => ({ ledger: addRequests(ledger, told) })),
    );
    this.store.subscribe((now, before) => {
      const isSame =
        now.runs === before.runs &&
        now.adapters === before.adapters &&
        now.offline === before.offline &&
        now.models.stored === before.models.stored;
      if (!isSame) void this.#attendToStorage();
    });
  }

  /** Gets everything ready and goes to `place`, a URL hash such as "#/compare/<run>". Failures become notices. */
  async begin(place: string): Promise<void> {
    await Promise.all([this.attempt(() => this.#device.begin()), this.attempt(() => this.seal.begin())]);
    await Promise.all([
      this.attempt(() => this.shortcuts.begin()),
      this.attempt(() => this.models.begin()),
      this.attempt(() => this.domains.load()),
      this.attempt(() => this.adapters.rehydrate()),
      this.attempt(() => this.#goToPlace(place)),
    ]);
    // Last, since it fetches whatever the page did not need yet.
    await this.#services.offline.begin((offline) => this.store.setState({ offline }));
  }

  /** Goes somewhere by hand; from then on the page no longer follows the run. */
  goTo(step: Place): void {
    this.store.setState({ step, follows: false });
  }

  setParameters(parameters: RunParameters): void {
    this.store.setState({ parameters });
  }

  /** Lets models run on something else from now on: in another worker, since a worker keeps its device. */
  async setDevice(device: DeviceChoice): Promise<void> {
    this.models.assertIdle();
    this.#chatConnection?.close();
    // Chosen even where it cannot be noted.
    await this.attempt(() => this.#device.set(device));
    await this.models.reload();
  }

  /** The same with further settings. Rejects, and leaves all as it is, with a sentence on the one that makes no sense. */
  async setSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const { engine, parameters } = this.store.getState();
    if (engine.kind !== 'ready' || !parameters) return;
    const changed = { ...parameters, settings };
    await this.#connectChat().call((api) => api.checkParameters(engine.model.reference, changed));
    this.setParameters(changed);
  }

  dismissNotice(): void {
    this.store.setState({ notice: null });
  }

  dismissDamage(name: string): void {
    forgetDamage(this.store, name);
  }

  /** Deletes what cannot be read, so that it can be made anew. */
  async deleteDamaged({ name, runId }: Damage): Promise<void> {
    await (runId === undefined ? this.#shelf.delete(name) : this.runs.remove(runId));
    forgetDamage(this.store, name);
  }

  /** Shows a stored run: its results where it has them, else where it stopped. */
  async openRun(id: string): Promise<void> {
    await this.runs.open(id);
    const { run } = this.store.getState();
    const stopped = run?.status === 'waiting' ? 'curate' : 'generate';
    this.store.setState({ step: run?.state.report ? 'compare' : stopped, follows: true });
    this.#tellOtherModel();
  }

  /** Keeps a rejected task of the run on screen, or discards one that is kept. */
  async decideTask(task: GeneratedTask): Promise<void> {
    await this.attempt(() => this.curation.decide([task.id], oppositeOf(task)));
  }

  /** Asks the browser to keep what is stored even when the disk runs short. */
  async keepStorage(): Promise<void> {
    const isKept = await this.#services.keepStorage();
    await this.#attendToStorage();
    if (!isKept)
      notify(
        this.store,
        'The browser does not promise to keep everything. Download the adapters that matter to you.',
      );
  }

  /** The policies that page and workers obey, read from the answers that they came with. */
  readPolicies(): Promise<readonly Policy[]> {
    return this.#services.readPolicies();
  }

  /** Reloads the page with the version that waits, unless somebody needs the present one. */
  async takeNewVersion(): Promise<void> {
    const answer = await this.#services.offline.takeOver();
    if (answer === 'runIsGoing')
      notify(this.store, 'A run is going. The new version waits until it is over.');
    if (answer === 'otherTabs')
      notify(
        this.store,
        'Whittle is open in another tab, with the present version. Close that, then reload.',
      );
  }

  /** Whatever was stored or deleted: there may be room now for what was refused before. */
  async #attendToStorage(): Promise<void> {
    await this.driver.saveAgain();
    const storage = await this.#services.measureStorage().catch(() => null);
    this.store.setState({ storage });
  }

  /** Shows whatever `action` throws as a notice. */
  async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      fail(this.store, error);
    }
  }

  async #goToPlace(place: string): Promise<void> {
    await this.runs.refresh();
    const [, stepName, runId] = place.split('/');
    const places: readonly Place[] = [...steps, 'trust'];
    const step = places.find((known) => known === stepName) ?? 'start';
    if (runId && this.store.getState().runs.some(({ id }) => id === runId)) await this.runs.open(runId);
    this.store.setState({ step, follows: true });
  }

  /** A run belongs to the model that it was made with, whichever is chosen now. */
  #tellOtherModel(): void {
    const { run, engine } = this.store.getState();
    if (!run || engine.kind !== 'ready') return;
    const [own, chosen] = [run.setup.model ?? pocketModel, engine.model.reference];
    if (isSameModel(own, chosen)) return;
    notify(
      this.store,
      `This run was made with ${modelTitle(own)}, which also answers here and would continue it. New runs use ${modelTitle(chosen)}.`,
    );
  }

  /** One worker for everything that is not a run; a new one after the old one died. */
  #connectChat(): Connection<ChatApi> {
    if (!this.#chatConnection || this.#chatConnection.isClosed)
      this.#chatConnection = this.#services.connectChat(this.store.getState().device);
    return this.#chatConnection;
  }
}

/** Where the page is, as a URL hash that `begin` understands. */
export function placeOf(step: Place, runId: string | undefined): string {
  return runId ? `#/${step}/${runId}` : `#/${step}`;
}
