import type { ByteStore } from '../../storage/byteStore.ts';
import type { Release } from '../../storage/runLock.ts';
import type { StorageUse } from '../../storage/storageUse.ts';
import type { RunRecord, RunStatus } from '../../storage/runsDatabase.ts';
import type { TakeOverAnswer } from '../../workerApi/offline.ts';
import type { ToldRequest } from '../../workerApi/requests.ts';
import type { SourcesApi } from '../../workerApi/sources.ts';
import type { RunEvent } from '../../workerApi/runEvent.ts';
import type {
  ChatApi,
  DeviceChoice,
  DownloadApi,
  RunSetup,
  SpecializerApi,
} from '../../workerApi/whittleWorkerApi.ts';

/** A worker at the other end. `call` rejects with one plain sentence when the worker dies instead of answering. */
export interface Connection<Api> {
  call<T>(command: (api: Api) => Promise<T>): Promise<T>;
  /** True once the worker is gone, by `close` or by dying. */
  readonly isClosed: boolean;
  /** Ends the worker and gives its memory back; calls that are not answered yet reject with an AbortError. */
  close(): void;
}

/** What `RunsDatabase` offers and the store needs. */
export interface Runs {
  add(run: RunRecord<RunSetup>): Promise<void>;
  setStatus(id: string, status: RunStatus, failure?: string): Promise<void>;
  append(runId: string, events: readonly RunEvent[]): Promise<void>;
  list(): Promise<RunRecord<RunSetup>[]>;
  eventsOf(runId: string): Promise<RunEvent[]>;
  delete(id: string): Promise<void>;
}

/** Whether the app's files are in this browser, so that it opens without a network. */
export type OfflineStatus =
  | { readonly kind: 'unkept' | 'keeping' }
  | { readonly kind: 'kept'; readonly hasUpdate: boolean }
  | { readonly kind: 'failed'; readonly message: string };

/** Keeps the app's files, and newer ones beside them. */
export interface OfflineService {
  /** @param onStatus is told at every change */
  begin(onStatus: (status: OfflineStatus) => void): Promise<void>;
  /** Reloads the page with the version that waits, or says what that waits for. */
  takeOver(): Promise<TakeOverAnswer>;
}

/** What the Content-Security-Policy of the page or of a worker lets it reach. */
export interface Policy {
  readonly who: string;
  /** The header as it was answered; empty where there was none. */
  readonly text: string;
  /** Its sources for connections, as they are written there; null where any server may be reached. */
  readonly reachable: readonly string[] | null;
}

/** Remembers, for all tabs, whether even the Hub is out of reach. */
export interface SealService {
  read(): Promise<boolean>;
  set(isSealed: boolean): Promise<void>;
  follow(listener: (isSealed: boolean) => void): void;
}

/** Everything outside of the store; tests put their own in place. */
export interface Services {
  readonly connectSpecializer: (device: DeviceChoice) => Connection<SpecializerApi>;
  readonly connectChat: (device: DeviceChoice) => Connection<ChatApi>;
  /** The worker that may reach the Hub, or the one that may not. */
  readonly connectDownloads: (isSealed: boolean) => Connection<DownloadApi>;
  readonly connectSources: () => Connection<SourcesApi>;
  readonly runs: Runs;
  readonly bytes: ByteStore;
  /** Null where another tab holds it. */
  readonly takeRunLock: () => Promise<Release | null>;
  /** Asks the browser not to clear away what is stored when the disk runs short; it may refuse. */
  readonly keepStorage: () => Promise<unknown>;
  readonly measureStorage: () => Promise<StorageUse>;
  readonly offline: OfflineService;
  readonly seal: SealService;
  readonly followRequests: (tell: (requests: readonly ToldRequest[]) => void) => void;
  readonly readPolicies: () => Promise<readonly Policy[]>;
  readonly fetchText: (path: string) => Promise<string>;
}
