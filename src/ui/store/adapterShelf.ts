import type { ByteStore } from '../../storage/byteStore.ts';
import { checkpointFile, runFolder, type TrainingName } from '../../storage/runFiles.ts';
import type { AdapterDescription, AdapterFiles } from '../../workerApi/adapter.ts';
import type { AdapterName } from '../../workerApi/runEvent.ts';
import { adapterDescription, readStored } from './storedFormats.ts';

const descriptionFile = 'whittle.json';

/** A later round's adapter lies beside that of the round before, which counts again where the later one is undone. */
export const trainedFolder = (runId: string, name: AdapterName, round = 1): string =>
  `${runFolder(runId)}${round === 1 ? name : `${name}-${round}`}/`;
export const adapterFolder = (id: string): string => `adapters/${id}/`;

/**
 * Adapters by folder (which ends in "/"). What was put in this session stays in memory, so that an adapter can still
 * be used and downloaded where the disk refused it.
 */
export class AdapterShelf {
  readonly #bytes: ByteStore;
  readonly #memory = new Map<string, AdapterFiles>();

  constructor(bytes: ByteStore) {
    this.#bytes = bytes;
  }

  /** The description is written last: it seals the rest. Rejects where the disk is full. */
  async put(folder: string, files: AdapterFiles, description: AdapterDescription): Promise<void> {
    this.#memory.set(folder, files);
    for (const [name, content] of Object.entries(files)) await this.#bytes.write(folder + name, content);
    await this.#bytes.write(folder + descriptionFile, new TextEncoder().encode(JSON.stringify(description)));
  }

  /** Null where no whole adapter was stored. Throws `StoredFormatError` where the description is damaged. */
  async describe(folder: string): Promise<AdapterDescription | null> {
    const stored = await this.#bytes.read(folder + descriptionFile);
    return stored && readStored(adapterDescription, stored);
  }

  async read(folder: string): Promise<AdapterFiles> {
    const files = this.#memory.get(folder) ?? (await this.#readStored(folder));
    this.#memory.set(folder, files);
    return files;
  }

  async delete(folder: string): Promise<void> {
    for (const known of this.#memory.keys()) if (known.startsWith(folder)) this.#memory.delete(known);
    await this.#bytes.delete(folder);
  }

  /** Once an adapter is stored, the way to it is not needed any more. */
  async deleteCheckpoint(runId: string, training: TrainingName): Promise<void> {
    await this.#bytes.delete(checkpointFile(runId, training));
  }

  /** Folders below `prefix` that hold a whole adapter. */
  async list(prefix: string): Promise<string[]> {
    const stored = await this.#bytes.list(prefix);
    const sealed = stored.filter(({ name }) => name.endsWith(`/${descriptionFile}`));
    return sealed.map(({ name }) => name.slice(0, -descriptionFile.length));
  }

  async #readStored(folder: string): Promise<AdapterFiles> {
    const stored = (await this.#bytes.list(folder)).filter(({ name }) => name !== folder + descriptionFile);
    if (stored.length === 0)
      throw new Error('This adapter is no longer stored here. Load its zip file again.');
    const read = async (name: string) =>
      [name.slice(folder.length), (await this.#bytes.read(name))!] as const;
    return Object.fromEntries(await Promise.all(stored.map(({ name }) => read(name))));
  }
}
