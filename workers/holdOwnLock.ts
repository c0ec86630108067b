/** Holds the lock that bears this worker's name until the worker dies; resolves once it is held. */
export function holdOwnLock(): Promise<void> {
  return new Promise((resolve, reject) => {
    const hold = (): Promise<never> => {
      resolve();
      return new Promise<never>(() => undefined);
    };
    navigator.locks.request(self.name, hold).catch(reject);
  });
}
