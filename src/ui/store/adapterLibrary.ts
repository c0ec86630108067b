import { unzipSync, zipSync } from 'fflate';
import type { AdapterFiles } from '../../workerApi/adapter.ts';
import type { ChatApi } from '../../workerApi/whittleWorkerApi.ts';
import { adapterFolder, type AdapterShelf } from './adapterShelf.ts';
import type { AppStore, LoadedAdapter } from './appState.ts';
import type { Connection } from './services.ts';

const needed = ['adapter_config.json', 'adapter_model.safetensors'];

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
    const description = await this.#chat().call((api) => api.describeAdapter(engine.model.id, files));
    const id = description.hash.slice(0, 16);
    await this.#adapters.put(adapterFolder(id), files, description);
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
    const description = await this.#adapters.describe(folder);
    const id = folder.split('/').at(-2) ?? folder;
    return description && { id, name: `adapter-${description.hash.slice(0, 8)}`, description };
  }
}

/** The files of the folder that holds adapter_config.json, wherever in the zip it is. */
function unzipAdapter(fileName: string, zipped: Uint8Array): AdapterFiles {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(zipped);
  } catch {
    throw new Error(`${fileName} is not a zip file. Choose the zip that "Download adapter" made.`);
  }
  const config = Object.keys(entries).find((name) => /(^|\/)adapter_config\.json$/.test(name));
  const folder = config?.slice(0, -needed[0]!.length) ?? '';
  const inFolder = Object.entries(entries).filter(
    ([name]) => name.startsWith(folder) && !name.slice(folder.length).includes('/'),
  );
  const files = Object.fromEntries(
    inFolder.map(([name, bytes]) => [name.slice(folder.length), new Uint8Array(bytes)]),
  );
  const missing = needed.filter((name) => !files[name]);
  if (missing.length === 0) return files;
  throw new Error(`${fileName} holds no LoRA adapter: ${missing.join(' and ')} missing.`);
}
