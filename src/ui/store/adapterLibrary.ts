import { zipSync } from 'fflate';
import type { ChatApi } from '../../workerApi/whittleWorkerApi.ts';
import { adapterFolder, type AdapterShelf } from './adapterShelf.ts';
import { unzipAdapter } from './adapterZip.ts';
import type { AppStore, LoadedAdapter } from './appState.ts';
import { faultIn, forgetDamage, tellDamage } from './damages.ts';
import type { Connection } from './services.ts';

/** Adapters as zip files: out of a run, and back in from disk. */
export class AdapterLibrary {
  readonly #store: AppStore;
  readonly #adapters: AdapterShelf;
  readonly #chat: () => Connection<ChatApi>;

  constructor(store: AppStore, adapters: AdapterShelf, chat: () => Connection<ChatApi>) {
    this.#store = store;
    this.#adapters = adapters;
    this.#chat = chat;
  }

  /** The PEFT folder stored at `folder`, zipped. */
  async zip(folder: string): Promise<Uint8Array<ArrayBuffer>> {
    return zipSync(await this.#adapters.read(folder)) as Uint8Array<ArrayBuffer>;
  }

  /** Checks a zip file, stores its adapter and lists it. Rejects with a sentence that says what is wrong with it. */
  async load(fileName: string, zipped: Uint8Array): Promise<void> {
    const { engine } = this.#store.getState();
    if (engine.kind !== 'ready') throw new Error('The model is not loaded yet. Try again in a moment.');
    const files = unzipAdapter(fileName, zipped);
    const description = await this.#chat().call((api) => api.describeAdapter(engine.model.reference, files));
    const id = description.hash.slice(0, 16);
    await this.#adapters.put(adapterFolder(id), files, description);
    forgetDamage(this.#store, adapterFolder(id));
    const loaded: LoadedAdapter = { id, name: fileName.replace(/\.zip$/i, ''), description };
    this.#store.setState(({ adapters }) => ({
      adapters: [...adapters.filter((other) => other.id !== id), loaded],
    }));
  }

  /** Lists the adapters that earlier visits loaded. */
  async rehydrate(): Promise<void> {
    const folders = await this.#adapters.list('adapters/');
    const found = await Promise.all(folders.map((folder) => this.#describe(folder)));
    this.#store.setState({ adapters: found.filter((adapter) => adapter !== null) });
  }

  async remove(id: string): Promise<void> {
    await this.#adapters.delete(adapterFolder(id));
    this.#store.setState(({ adapters }) => ({ adapters: adapters.filter((other) => other.id !== id) }));
  }

  async #describe(folder: string): Promise<LoadedAdapter | null> {
    const id = folder.split('/').at(-2) ?? folder;
    try {
      const description = await this.#adapters.describe(folder);
      return description && { id, name: `adapter-${description.hash.slice(0, 8)}`, description };
    } catch (error) {
      const text = `The adapter ${id.slice(0, 8)} cannot be used: what this browser stored of it is damaged (${faultIn(error)}). Delete it, and load its zip file again.`;
      tellDamage(this.#store, { name: folder, text });
      return null;
    }
  }
}
