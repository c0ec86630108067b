import { appBytes } from './appCache.ts';
import { opfsByteStore } from './opfsByteStore.ts';
import { modelsRoot, workRoot } from './roots.ts';

/** What lies in this browser, in bytes. */
export interface StorageUse {
  /** The page itself, for use without a network. */
  readonly appBytes: number;
  readonly modelBytes: number;
  /** Runs, adapters, a domain, choices. */
  readonly workBytes: number;
  /** What may be stored yet; null where the browser does not say. */
  readonly freeBytes: number | null;
  /** False where the browser may clear all of it away when the disk runs short. */
  readonly isKept: boolean;
}

/** Measures what is stored. What the browser counts beyond files (the runs' events) is the person's work too. */
export async function measureStorage(): Promise<StorageUse> {
  const [{ usage, quota }, ofApp, modelBytes, fileBytes, isKept] = await Promise.all([
    navigator.storage.estimate(),
    appBytes(),
    bytesBelow(modelsRoot),
    bytesBelow(workRoot),
    navigator.storage.persisted(),
  ]);
  const isKnown = usage !== undefined && quota !== undefined;
  return {
    appBytes: ofApp,
    modelBytes,
    workBytes: Math.max(fileBytes, (usage ?? 0) - modelBytes - ofApp),
    freeBytes: isKnown ? Math.max(0, quota - usage) : null,
    isKept,
  };
}

async function bytesBelow(root: string): Promise<number> {
  const files = await opfsByteStore(root).list('');
  return files.reduce((sum, { size }) => sum + size, 0);
}
