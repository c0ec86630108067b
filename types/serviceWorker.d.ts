// What a service worker has besides a page, of which TypeScript knows only in its "webworker" library, which cannot be
// loaded next to "dom". These are the parts that ours needs.

interface ServiceWorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface ServiceWorkerFetchEvent extends ServiceWorkerEvent {
  readonly request: Request;
  /** Who asks; empty for the page itself that is being opened. */
  readonly clientId: string;
  respondWith(answer: Promise<Response>): void;
}

interface ServiceWorkerMessageEvent extends ServiceWorkerEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

interface ServiceWorkerClients {
  get(id: string): Promise<{ readonly url: string } | undefined>;
  matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly unknown[]>;
  claim(): Promise<void>;
}

interface ServiceWorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: ServiceWorkerClients;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ServiceWorkerEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: ServiceWorkerFetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: ServiceWorkerMessageEvent) => void): void;
}

/** The files of the built app, by path below its root: their SHA-256, in base64. The build puts it in. */
declare const APP_FILES: Readonly<Record<string, string>>;
