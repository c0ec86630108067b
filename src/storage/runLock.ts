/** Released by calling it; the browser also releases it when the tab or worker that holds it goes away. */
export type Release = () => void;

/** Held by the tab that drives a run. */
export const runLock = 'whittle-run';

/** Takes the lock `name` if it is free, else returns null at once. One origin shares the names. */
export function tryLock(name: string): Promise<Release | null> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

/** Resolves as soon as nobody holds the lock `name` any more. */
export async function lockIsFree(name: string, signal?: AbortSignal): Promise<void> {
  await navigator.locks.request(name, { signal, mode: 'shared' }, () => undefined);
}
