import type { WeightFiles } from '../runtime/device.ts';

/** A model's folder in the Hub's layout, wherever it lies. */
export interface ModelFolder {
  /** How messages call it: its path or id. */
  readonly name: string;
  /** The commit on the Hub or a fingerprint; absent where it is not known. */
  readonly revision?: string;
  /** A file's bytes; `null` where there is none of that name. */
  read(path: string): Promise<Uint8Array | null>;
  /** A file's size in bytes, where it can be told without reading it; `null` where there is none of that name. */
  sizeOf?(path: string): Promise<number | null>;
  /** The files (relative to `onnx/`) as sessions want them. */
  weights(fileNames: readonly string[]): Promise<WeightFiles>;
}

/** A text file of the folder; `null` where there is none of that name. */
export async function readText(folder: ModelFolder, path: string): Promise<string | null> {
  const bytes = await folder.read(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** A model folder whose files stay where they are, on disk mostly, until they are read. */
export function modelFolderOf(
  name: string,
  revision: string,
  find: (path: string) => Promise<Blob | null>,
): ModelFolder {
  return {
    name,
    revision,
    async read(path) {
      const blob = await find(path);
      return blob && new Uint8Array(await blob.arrayBuffer());
    },
    weights: async (fileNames) => {
      const files = fileNames.map(async (path) => {
        const data = await find(`onnx/${path}`);
        if (!data) throw new Error(`${name} lacks onnx/${path}, which holds weights; download it again.`);
        return { path, data };
      });
      return { files: await Promise.all(files) };
    },
  };
}

/** A model folder served over HTTP, such as the embedded one. Bytes are fetched once per path. */
export function modelFolderAt(baseUrl: string): ModelFolder {
  const fetched = new Map<string, Promise<Uint8Array | null>>();
  const read = (path: string): Promise<Uint8Array | null> => {
    const known = fetched.get(path) ?? fetchBytes(`${baseUrl}/${path}`);
    fetched.set(path, known);
    return known;
  };
  return {
    name: baseUrl,
    read,
    weights: async (fileNames) => {
      const files = fileNames.map(async (path) => {
        const data = await read(`onnx/${path}`);
        if (!data) throw new Error(`${baseUrl}/onnx/${path} is missing; it holds weights of the model.`);
        return { path, data };
      });
      return { files: await Promise.all(files) };
    },
  };
}

async function fetchBytes(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url);
  if (response.status === 404) return null;
  if (!response.ok)
    throw new Error(`${url} answered ${response.status} ${response.statusText}; try again later.`);
  return new Uint8Array(await response.arrayBuffer());
}
