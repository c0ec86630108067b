import { wrap, type Remote } from 'comlink';
import { lockIsFree } from '../../storage/runLock.ts';
import type { LivingWorker } from '../../workerApi/whittleWorkerApi.ts';
import type { Connection } from '../store/services.ts';

const died =
  'The engine stopped unexpectedly, most likely for lack of memory. Close other tabs or choose a smaller preset, and try again.';

/**
 * Talks to a worker whose name is `lock`, the web lock that it holds while it lives. A worker that the browser kills
 * says nothing, but its lock becomes free: that is how a call to it ends with an error instead of never.
 */
export function connectWorker<Api extends LivingWorker>(
  worker: Worker,
  lock: string,
  adapt: (remote: Remote<Api>) => Api,
): Connection<Api> {
  const api = adapt(wrap<Api>(worker));
  const closing = new AbortController();
  const gone = new Promise<never>((_, reject) => {
    const end = (error: Error): void => {
      reject(error);
      closing.abort();
    };
    closing.signal.addEventListener('abort', () =>
      reject(new DOMException('The worker was closed.', 'AbortError')),
    );
    worker.addEventListener('error', (event) =>
      end(new Error(event.message ? `The engine failed: ${event.message}` : died)),
    );
    worker.addEventListener('messageerror', () => end(new Error(died)));
    void api.ready().then(
      () =>
        lockIsFree(lock, closing.signal).then(
          () => end(new Error(died)),
          () => undefined,
        ),
      end,
    );
  });
  gone.catch(() => undefined);
  return {
    get isClosed() {
      return closing.signal.aborted;
    },
    call: (command) => Promise.race([command(api), gone]),
    close() {
      closing.abort();
      worker.terminate();
    },
  };
}
