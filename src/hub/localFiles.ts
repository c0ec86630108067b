import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { LargeFileStore } from '../storage/largeFiles.ts';
import { recordModel } from './modelCache.ts';
import { missingParts, variantsOf, type ListedFile } from './modelFiles.ts';
import { tallyOf, type DownloadProgress } from './progress.ts';

/** A file that a person chose; `path` is its place below what they chose. */
export interface ChosenFile {
  readonly path: string;
  readonly file: Blob;
}

interface PlacedFile extends ListedFile {
  readonly file: Blob;
}

/** The chosen files in a model's layout, under the name of the folder that they came from. */
export interface LocalModel {
  readonly name: string;
  readonly files: readonly PlacedFile[];
}

/**
 * Finds the model among chosen files: the folder that holds `config.json`, wherever it lies in what was chosen. Graphs
 * that lie beside it instead of in `onnx/` are taken as if they were there.
 * @throws saying what is missing
 */
export function arrangeFiles(chosen: readonly ChosenFile[]): LocalModel {
  const config = chosen.map(({ path }) => path).find((path) => /(^|\/)config\.json$/.test(path));
  const root = config?.slice(0, -'config.json'.length) ?? '';
  const below = chosen.filter(({ path }) => path.startsWith(root));
  const files = below.map(({ path, file }) => ({
    path: placeOf(path.slice(root.length)),
    size: file.size,
    file,
  }));
  const name = root.split('/').at(-2) ?? 'model';
  const fault = missingParts(files);
  if (fault)
    throw new Error(
      `What you chose ${fault}. Choose the whole folder of a model made for transformers.js: config.json, tokenizer.json, tokenizer_config.json and onnx/.`,
    );
  const needed = new Set(variantsOf(files).flatMap((variant) => variant.files.map(({ path }) => path)));
  return { name, files: files.filter(({ path }) => needed.has(path)) };
}

const placeOf = (path: string): string =>
  /^[^/]+\.onnx(_data.*|\.data)?$/.test(path) ? `onnx/${path}` : path;

export interface LocalImport {
  readonly model: LocalModel;
  readonly store: LargeFileStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Copies a chosen model into the cache, where it stays when the person's folder goes. Returns its id and fingerprint. */
export async function importModel({ model, store, signal, onProgress }: LocalImport) {
  const { files } = model;
  const id = `local/${model.name.replace(/[^\w.-]/g, '-').replace(/^[^\w]/, '_')}`;
  const commit = fingerprint(files);
  const record = { id, commit, revision: commit, license: null, parameters: null, files };
  const folder = await recordModel(store, record, Date.now());
  const tally = tallyOf(files, onProgress);
  for (const { path, file } of files) {
    await copyFile(store, `${folder}/${path}`, file, (bytes) => {
      signal?.throwIfAborted();
      tally(path, bytes);
    });
  }
  return { id, commit };
}

async function copyFile(
  store: LargeFileStore,
  name: string,
  file: Blob,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const writer = await store.append(`${name}.part`, 0);
  const reader = file.stream().getReader();
  let bytes = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      await writer.write(next.value);
      onBytes((bytes += next.value.length));
    }
  } finally {
    await writer.close();
  }
  await store.move(`${name}.part`, name);
}

/** Tells folders of the same name apart by their files' names and sizes. */
function fingerprint(files: readonly ListedFile[]): string {
  const lines = files.map(({ path, size }) => `${path} ${size}`).sort();
  return bytesToHex(sha256(new TextEncoder().encode(lines.join('\n')))).slice(0, 12);
}
