import type { TakeOverAnswer } from '../../workerApi/offline.ts';
import type { OfflineService, OfflineStatus } from '../store/services.ts';

const script = `${import.meta.env.BASE_URL}serviceWorker.js`;
const hourMs = 3_600_000;

/** The service worker: it keeps the app in this browser. The development server has none. */
export function connectOffline(): OfflineService {
  let registration: ServiceWorkerRegistration | null = null;
  return {
    async begin(onStatus) {
      if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
      try {
        registration = await navigator.serviceWorker.register(script, { updateViaCache: 'none' });
        follow(registration, onStatus);
      } catch (error) {
        onStatus({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
    },
    async takeOver() {
      const waiting = registration?.waiting;
      if (!waiting) return 'taken';
      const taken = new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
      const answer = await ask(waiting);
      if (answer === 'taken') await taken.then(() => location.reload());
      return answer;
    },
  };
}

/** Tells how far the app is kept now, at every change; a tab may stay open for days, so it asks for news by itself. */
function follow(registration: ServiceWorkerRegistration, onStatus: (status: OfflineStatus) => void): void {
  const tell = (): void => {
    const { active, waiting, installing } = registration;
    if (active) onStatus({ kind: 'kept', hasUpdate: waiting !== null });
    else onStatus(installing || waiting ? { kind: 'keeping' } : { kind: 'failed', message: notKept });
  };
  const watch = (): void => registration.installing?.addEventListener('statechange', tell);
  registration.addEventListener('updatefound', watch);
  watch();
  registration.active?.addEventListener('statechange', tell);
  registration.waiting?.addEventListener('statechange', tell);
  tell();
  setInterval(() => void registration.update().catch(() => undefined), hourMs);
}

const notKept = 'a file could not be fetched, or there is no room; reload to try again';

function ask(waiting: ServiceWorker): Promise<TakeOverAnswer> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(data as TakeOverAnswer));
    port1.start();
    waiting.postMessage('takeOver', [port2]);
  });
}
