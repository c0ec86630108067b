import { unzipSync, type UnzipFileInfo } from 'fflate';
import type { AdapterFiles } from '../../workerApi/adapter.ts';

/** A zip file without a usable adapter. The message names the file and what to do. */
export class AdapterZipError extends Error {
  override readonly name = 'AdapterZipError';
}

const needed = ['adapter_config.json', 'adapter_model.safetensors'];
const wanted = /(^|\/)(adapter_config\.json|adapter_model\.safetensors|README\.md)$/;

/** Deflate makes nothing more than 1,032 times smaller, so a zip that states more is damaged or a trap. */
const deflateRatio = 1032;
/** Weights of rank 64 for every layer of an 8B model take less. */
const largestFile = 2 ** 30;

/**
 * The files of the folder that holds adapter_config.json, wherever in the zip it is. Nothing else is unpacked.
 * @throws AdapterZipError naming `fileName` when it is no zip file, states sizes that it cannot have, or lacks a file
 */
export function unzipAdapter(fileName: string, zipped: Uint8Array): AdapterFiles {
  const entries = unzip(fileName, zipped);
  const config = Object.keys(entries).find((name) => /(^|\/)adapter_config\.json$/.test(name));
  const folder = config?.slice(0, -needed[0]!.length) ?? '';
  const inFolder = Object.entries(entries).filter(
    ([name]) => name.startsWith(folder) && !name.slice(folder.length).includes('/'),
  );
  const files = Object.fromEntries(
    inFolder.map(([name, bytes]) => [name.slice(folder.length), new Uint8Array(bytes)]),
  );
  const missing = needed.filter((name) => !Object.hasOwn(files, name));
  if (missing.length === 0) return files;
  throw new AdapterZipError(`${fileName} holds no LoRA adapter: ${missing.join(' and ')} missing.`);
}

function unzip(fileName: string, zipped: Uint8Array): Record<string, Uint8Array> {
  const trap = { found: false };
  const filter = ({ name, size, originalSize }: UnzipFileInfo): boolean => {
    if (!wanted.test(name)) return false;
    const most = Math.min(largestFile, deflateRatio * Math.min(size, zipped.length) + 64);
    trap.found ||= originalSize > most;
    return !trap.found;
  };
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(zipped, { filter });
  } catch {
    throw new AdapterZipError(`${fileName} is not a zip file. Choose the zip that "Download adapter" made.`);
  }
  if (!trap.found) return entries;
  throw new AdapterZipError(
    `${fileName} states a size that no adapter of its length can have. Choose the zip that "Download adapter" made.`,
  );
}
