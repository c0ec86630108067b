import type { ByteStore } from '../../../src/storage/byteStore.ts';
import type { RunRecord } from '../../../src/storage/runsDatabase.ts';
import type { Connection, Runs, Services } from '../../../src/ui/store/services.ts';
import type { RunEvent } from '../../../src/workerApi/runEvent.ts';
import type {
  ChatApi,
  DownloadApi,
  RunSetup,
  SpecializerApi,
} from '../../../src/workerApi/whittleWorkerApi.ts';

import { serveSources } from '../../../workers/serveSources.ts';

export function memoryByteStore(): ByteStore & { readonly files: Map<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    files,
    read: async (name) => files.get(name) ?? null,
    write: async (name, bytes) => void files.set(name, new Uint8Array(bytes)),
    async delete(name) {
      for (const key of [...files.keys()])
        if (key === name || (name.endsWith('/') && key.startsWith(name))) files.delete(key);
    },
    list: async (prefix) =>
      [...files]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, bytes]) => ({ name, size: bytes.length }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Copies on the way in and out, as IndexedDB does. */
export function memoryRuns(): Runs {
  const records = new Map<string, RunRecord<RunSetup>>();
  const events = new Map<string, RunEvent[]>();
  return {
    add: async (run) => void records.set(run.id, structuredClone(run)),
    async setStatus(id, status, failure) {
      const run = records.get(id);
      if (run) records.set(id, { ...run, status, failure });
    },
    append: async (id, added) => void events.set(id, [...(events.get(id) ?? []), ...structuredClone(added)]),
    list: async () => [...records.values()].sort((a, b) => b.createdAt - a.createdAt),
    eventsOf: async (id) => structuredClone(events.get(id) ?? []),
    async delete(id) {
      records.delete(id);
      events.delete(id);
    },
  };
}

/** A connection to an object in this thread; `die` is what a killed worker looks like. */
export function directConnection<Api>(api: Api): Connection<Api> & { readonly die: (error: Error) => void } {
  let isClosed = false;
  let end: (error: Error) => void = () => undefined;
  const gone = new Promise<never>((_, reject) => {
    end = (error) => {
      isClosed = true;
      reject(error);
    };
  });
  gone.catch(() => undefined);
  return {
    get isClosed() {
      return isClosed;
    },
    call: (command) => Promise.race([command(api), gone]),
    close: () => end(new DOMException('closed', 'AbortError')),
    die: end,
  };
}

/** One lock for all tabs that share it. */
export function sharedLock(): Services['takeRunLock'] {
  let isTaken = false;
  return async () => {
    if (isTaken) return null;
    isTaken = true;
    return () => void (isTaken = false);
  };
}

/** One seal for all tabs that share it, not set. */
export function memorySeal(): Services['seal'] {
  let isSealed = false;
  const listeners: ((isSealed: boolean) => void)[] = [];
  return {
    read: async () => isSealed,
    async set(isOn) {
      isSealed = isOn;
      for (const listen of listeners) listen(isOn);
    },
    follow: (listen) => void listeners.push(listen),
  };
}

/** A worker with nothing stored, at which nothing arrives. */
const noDownloads: DownloadApi = {
  ready: async () => undefined,
  suggestions: async () => [],
  examine: async () => Promise.reject(new Error('There is no Hub here.')),
  download: async () => undefined,
  importFiles: async () => Promise.reject(new Error('There is no disk here.')),
  stop: () => undefined,
  stored: async () => [],
  remove: async () => undefined,
};

export function inMemoryServices(
  specializer: SpecializerApi,
  chat: ChatApi,
  shared: Partial<Services> = {},
): Services {
  return {
    connectSpecializer(device) {
      void specializer.ready(device);
      return directConnection(specializer);
    },
    connectChat(device) {
      void chat.ready(device);
      return directConnection(chat);
    },
    connectDownloads: () => directConnection(noDownloads),
    connectSources: () => directConnection(serveSources(async () => undefined)),
    runs: memoryRuns(),
    bytes: memoryByteStore(),
    keepStorage: async () => true,
    measureStorage: async () => ({
      appBytes: 49e6,
      modelBytes: 425e6,
      workBytes: 3.2e6,
      freeBytes: 21e9,
      isKept: false,
    }),
    takeRunLock: sharedLock(),
    seal: memorySeal(),
    followRequests: () => undefined,
    readPolicies: async () => [],
    offline: { begin: async () => undefined, takeOver: async () => 'taken' },
    fetchText: async (path) => (path.endsWith('.json') ? path : `The text of ${path}.`),
    ...shared,
  };
}
