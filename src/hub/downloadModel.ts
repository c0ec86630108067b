import type { LargeFileStore } from '../storage/largeFiles.ts';
import { downloadFile } from './downloadFile.ts';
import type { HubClient } from './hubClient.ts';
import { folderOf, recordModel } from './modelCache.ts';
import { variantsOf, type ModelVariant } from './modelFiles.ts';
import { tallyOf, type DownloadProgress } from './progress.ts';
import type { HubFile, Repository } from './repository.ts';

export interface ModelDownload {
  readonly client: HubClient;
  readonly repository: Repository;
  /** Which precision, by the suffix of its files' names. */
  readonly suffix: string;
  readonly store: LargeFileStore;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

const filesAtOnce = 3;

/**
 * Downloads one precision of a model into the cache; files that are there already are not fetched again. Returns the
 * folder. A download that fails or is aborted leaves what it got, and the next one goes on from there.
 */
export async function downloadModel(download: ModelDownload): Promise<string> {
  const { repository, suffix, store } = download;
  const variant = variantsOf(repository.files).find((other) => other.suffix === suffix);
  if (!variant)
    throw new Error(`${repository.id} has no onnx/model${suffix}.onnx; choose another precision.`);
  const { id, commit, revision, license, parameters, files } = repository;
  await assertRoom(store, variant, folderOf(id, commit), id);
  const folder = await recordModel(store, { id, commit, revision, license, parameters, files }, Date.now());
  await downloadAll(download, variant, folder);
  return folder;
}

/** Says early that the disk is too small. */
async function assertRoom(
  store: LargeFileStore,
  variant: ModelVariant,
  folder: string,
  id: string,
): Promise<void> {
  const missing = await Promise.all(
    variant.files.map(async ({ path, size }) => {
      const part =
        (await store.size(`${folder}/${path}`)) ?? (await store.size(`${folder}/${path}.part`)) ?? 0;
      return Math.max(0, size - part);
    }),
  );
  const needed = missing.reduce((sum, bytes) => sum + bytes, 0);
  const free = await store.freeBytes();
  if (free === null || free >= needed) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new Error(
    `${id} needs ${megabytes(needed)} more, but only ${megabytes(free)} can be stored here; delete other models or free some disk space.`,
  );
}

/** A few files at a time, the largest first; the first failure ends the others. */
async function downloadAll(
  { client, repository, store, signal, onProgress }: ModelDownload,
  { files }: ModelVariant<HubFile>,
  folder: string,
): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  const tally = tallyOf(files, onProgress);
  const waiting = [...files].sort((a, b) => b.size - a.size);
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const { path } = file;
      const onBytes = (bytes: number): void => tally(path, bytes);
      await downloadFile({
        client,
        repository,
        file,
        store,
        name: `${folder}/${path}`,
        signal: either,
        onBytes,
      });
    }
  };
  const workers = Array.from({ length: filesAtOnce }, () =>
    work().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  );
  // All of them have let go of their files before the failure is told.
  await Promise.allSettled(workers);
  signal?.throwIfAborted();
  if (failure.signal.aborted) throw failure.signal.reason;
}
