import type { ByteStore } from '../../storage/byteStore.ts';
import {
  isSameModel,
  modelTitle,
  pocketModel,
  type ChosenFile,
  type DownloadProgress,
  type ModelReference,
  type StoredModel,
} from '../../workerApi/model.ts';
import type { ChatApi, DownloadApi } from '../../workerApi/whittleWorkerApi.ts';
import { isGoing, type AppStore, type ModelActivity, type ModelChoices } from './appState.ts';
import { faultIn, forgetDamage, tellDamage } from './damages.ts';
import { isAbort, messageOf } from './messageOf.ts';
import { notify } from './notices.ts';
import { sealedWords } from './seal.ts';
import type { Connection, Services } from './services.ts';
import { modelReference, readStored } from './storedFormats.ts';

const choiceFile = 'choices/model.json';

/** The models: which is chosen, which are stored here, and how others come here. */
export class ModelLibrary {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #bytes: ByteStore;
  readonly #chat: () => Connection<ChatApi>;
  #downloads: Connection<DownloadApi> | null = null;

  constructor(store: AppStore, services: Services, chat: () => Connection<ChatApi>) {
    this.#store = store;
    this.#services = services;
    this.#bytes = services.bytes;
    this.#chat = chat;
  }

  /** Gets the model ready that was chosen last, or else the one that comes with the page. */
  async begin(): Promise<void> {
    const last = await this.#lastChoice();
    if (isSameModel(last, pocketModel)) return this.#describe(pocketModel);
    await this.#describe(last);
    const { engine } = this.#store.getState();
    if (engine.kind !== 'failed') return;
    notify(this.#store, engine.message);
    await this.#describe(pocketModel);
  }

  /** Gets the model ready again, for another device; parameters that were set stay. */
  async reload(): Promise<void> {
    const { engine: before, parameters } = this.#store.getState();
    await this.begin();
    const { engine } = this.#store.getState();
    if (before.kind !== 'ready' || engine.kind !== 'ready') return;
    if (isSameModel(before.model.reference, engine.model.reference)) this.#store.setState({ parameters });
  }

  /** Lists what there is to choose from. */
  async refresh(): Promise<void> {
    const [stored, suggestions] = await Promise.all([
      this.#call((api) => api.stored()),
      this.#call((api) => api.suggestions()),
    ]);
    this.#update({ stored, suggestions });
  }

  /** Makes a stored model the one that new runs use. */
  async choose(model: ModelReference): Promise<void> {
    this.assertIdle();
    await this.#describe(model);
    this.#update({ offer: null, failure: null });
    await this.#bytes.write(choiceFile, new TextEncoder().encode(JSON.stringify(model)));
    forgetDamage(this.#store, choiceFile);
  }

  /** Asks the Hub about a model by id, `id@revision` or address. */
  async examine(text: string): Promise<void> {
    this.#update({ offer: null });
    if (this.#isRefusedBySeal()) return;
    await this.#attempt({ kind: 'asking', name: text }, async () => {
      this.#update({ offer: await this.#call((api) => api.examine(text)) });
    });
  }

  /** Downloads the model that was asked about, and chooses it. */
  async download(dtype: string): Promise<void> {
    const { offer } = this.#store.getState().models;
    if (!offer || this.#isRefusedBySeal()) return;
    const model: ModelReference = { id: offer.id, revision: offer.commit, dtype };
    await this.#attempt({ kind: 'downloading', name: offer.id, progress: null }, async () => {
      void this.#services.keepStorage().catch(() => undefined);
      await this.#call((api) => api.download(model, this.#showProgress()));
      await this.refresh();
      await this.choose(model);
    });
  }

  /** Copies a model's folder from the person's disk, and chooses it. */
  async importFiles(files: readonly ChosenFile[]): Promise<void> {
    this.#update({ offer: null });
    await this.#attempt({ kind: 'importing', name: 'your files', progress: null }, async () => {
      void this.#services.keepStorage().catch(() => undefined);
      const { id, commit, dtypes } = await this.#call((api) => api.importFiles(files, this.#showProgress()));
      await this.refresh();
      const dtype = dtypes.find((choice) => choice.dtype === 'q4') ?? dtypes[0];
      if (!dtype) throw new Error(`${id} has no precision that Whittle can load.`);
      await this.choose({ id, revision: commit, dtype: dtype.dtype });
    });
  }

  /** Ends the download; what it got is kept. */
  async stop(): Promise<void> {
    await this.#call(async (api) => api.stop());
  }

  /** Ends the worker that models come by; what it got is kept, and another is begun when it is needed. */
  disconnect(): void {
    this.#downloads?.close();
    this.#downloads = null;
  }

  dismissOffer(): void {
    this.#update({ offer: null, failure: null });
  }

  /** Deletes a model from this browser. The one that is chosen gives way to the one that comes with the page. */
  async remove(model: StoredModel): Promise<void> {
    const { engine } = this.#store.getState();
    const isChosen = engine.kind === 'ready' && engine.model.reference.id === model.id;
    if (isChosen) await this.choose(pocketModel);
    await this.#call((api) => api.remove(model));
    await this.refresh();
  }

  /** One thing at a time; what goes wrong is shown beside it. */
  async #attempt(activity: ModelActivity, work: () => Promise<void>): Promise<void> {
    if (this.#store.getState().models.activity) return;
    this.#update({ activity, failure: null });
    try {
      await work();
    } catch (error) {
      this.#update({ failure: isAbort(error) ? null : messageOf(error) });
    } finally {
      this.#update({ activity: null });
      await this.refresh().catch(() => undefined);
    }
  }

  /** Sealed, nobody is asked: the failure says why. */
  #isRefusedBySeal(): boolean {
    const { isSealed } = this.#store.getState();
    if (isSealed) this.#update({ failure: sealedWords });
    return isSealed;
  }

  #showProgress(): (progress: DownloadProgress) => void {
    return (progress) => {
      const { activity } = this.#store.getState().models;
      if (activity && activity.kind !== 'asking') this.#update({ activity: { ...activity, progress } });
    };
  }

  async #describe(reference: ModelReference): Promise<void> {
    this.#store.setState({ engine: { kind: 'loading', name: modelTitle(reference) } });
    try {
      const connection = this.#chat();
      const [device, model] = await Promise.all([
        connection.call((api) => api.device()),
        connection.call((api) => api.describeModel(reference)),
      ]);
      this.#store.setState({ engine: { kind: 'ready', device, model }, parameters: model.defaults });
    } catch (error) {
      this.#store.setState({ engine: { kind: 'failed', message: messageOf(error) } });
    }
  }

  async #lastChoice(): Promise<ModelReference> {
    const bytes = await this.#bytes.read(choiceFile).catch(() => null);
    if (!bytes) return pocketModel;
    try {
      const { id, revision, dtype } = readStored(modelReference, bytes);
      return { id, revision, dtype };
    } catch (error) {
      const text = `Which model you chose last cannot be read: what this browser stored of it is damaged (${faultIn(error)}). The one that comes with this page is used; choose yours again on the Start page.`;
      tellDamage(this.#store, { name: choiceFile, text });
      return pocketModel;
    }
  }

  /** Throws while a run is going: its model and device are not changed under it. */
  assertIdle(): void {
    const { run } = this.#store.getState();
    if (run?.owner === 'here' && isGoing(run.status))
      throw new Error('A run is going. Choose another model or device when it is over.');
  }

  #update(change: Partial<ModelChoices>): void {
    this.#store.setState(({ models }) => ({ models: { ...models, ...change } }));
  }

  #call<T>(command: (api: DownloadApi) => Promise<T>): Promise<T> {
    if (!this.#downloads || this.#downloads.isClosed)
      this.#downloads = this.#services.connectDownloads(this.#store.getState().isSealed);
    return this.#downloads.call(command);
  }
}
