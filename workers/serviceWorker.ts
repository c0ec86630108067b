import { appCacheName } from '../src/storage/appCache.ts';
import { runLock } from '../src/storage/runLock.ts';
import type { TakeOverAnswer } from '../src/workerApi/offline.ts';
import { dropOthers, keepFiles, keptAnswer, pathOf } from './appFiles.ts';

// Answers with the app's own files, of one version, whether or not there is a network. Everything else is left to the
// browser. A new version is kept beside the one in use and waits until that is used no more, or the person asks for it.

const worker = self as unknown as ServiceWorkerScope;
const files = { hashes: APP_FILES, root: worker.registration.scope };

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
  if (path !== undefined && isWhole) event.respondWith(answerOf(path, request));
});

worker.addEventListener('message', (event) => {
  if (event.data === 'takeOver')
    event.waitUntil(takeOver().then((answer) => event.ports[0]?.postMessage(answer)));
});

/** A browser may have cleared a kept file away. */
async function answerOf(path: string | null, request: Request): Promise<Response> {
  if (path === null) return new Response('The app has no such file.', { status: 404 });
  return (await keptAnswer(files, await caches.open(appCacheName), path)) ?? fetch(request);
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
