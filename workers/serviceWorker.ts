import { appCacheName } from '../src/storage/appCache.ts';
import { runLock } from '../src/storage/runLock.ts';
import { isSealed } from '../src/storage/seal.ts';
import { hubWorker } from '../src/workerApi/hubWorker.ts';
import type { TakeOverAnswer } from '../src/workerApi/offline.ts';
import {
  nameOf,
  plainAddress,
  requestChannel,
  tellRequests,
  type ToldRequest,
} from '../src/workerApi/requests.ts';
import { dropOthers, keepFiles, keptAnswer, pathOf } from './appFiles.ts';

// Answers with the app's own files, of one version, whether or not there is a network. Everything else is left to the
// browser. A new version is kept beside the one in use and waits until that is used no more, or the person asks for it.

const worker = self as unknown as ServiceWorkerScope;
const channel = new BroadcastChannel(requestChannel);
const files = { hashes: APP_FILES, root: worker.registration.scope };

tellRequests();

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(appCacheName).then((cache) => keepFiles(files, cache, fetch)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .open(appCacheName)
      .then((cache) => dropOthers(files, cache))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathOf(files, request.url);
  const isWhole = request.method === 'GET' && !request.headers.has('Range');
  const isOurs = path !== undefined && isWhole;
  if (isOurs) event.respondWith(answerOf(path, request));
  event.waitUntil(tell(event, isOurs));
});

worker.addEventListener('message', (event) => {
  if (event.data === 'takeOver')
    event.waitUntil(takeOver().then((answer) => event.ports[0]?.postMessage(answer)));
});

/** A browser may have cleared a kept file away. */
async function answerOf(path: string | null, request: Request): Promise<Response> {
  if (path !== null && hubWorker.test(path) && (await isSealed()))
    return new Response('The page is sealed.', { status: 403 });
  if (path === null) return new Response('The app has no such file.', { status: 404 });
  return (await keptAnswer(files, await caches.open(appCacheName), path)) ?? fetch(request);
}

/** Tells the pages of a request: this sees also those of threads, which cannot tell of themselves. */
async function tell({ request, clientId }: ServiceWorkerFetchEvent, isFromHere: boolean): Promise<void> {
  const at = Date.now();
  const client = await worker.clients.get(clientId);
  const told: ToldRequest = {
    ...{ source: 'serviceWorker', who: client ? nameOf(client.url) : 'page', method: request.method, at },
    address: plainAddress(request.url),
    ...(isFromHere && { isFromHere }),
  };
  channel.postMessage([told]);
}

/** Begins to answer in place of the version in use, unless a run is going or another tab needs that version's files. */
async function takeOver(): Promise<TakeOverAnswer> {
  const { held = [] } = await navigator.locks.query();
  if (held.some(({ name }) => name === runLock)) return 'runIsGoing';
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (windows.length > 1) return 'otherTabs';
  await worker.skipWaiting();
  return 'taken';
}
