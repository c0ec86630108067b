interface Host {
  on?: (event: 'unhandledRejection', listener: (reason: unknown) => void) => unknown;
  off?: (event: 'unhandledRejection', listener: (reason: unknown) => void) => unknown;
}

/**
 * Runs what leaves rejections behind that nobody awaits, as pdf.js does with damaged files. In a browser they are a line in
 * the console; under Node one would end the process.
 * @param isStray which rejections are of this kind; others end the process as ever
 */
export async function withoutStrays<T>(
  isStray: (reason: unknown) => boolean,
  run: () => Promise<T>,
): Promise<T> {
  const { process: host } = globalThis as { process?: Host };
  const listener = (reason: unknown): void => {
    if (!isStray(reason)) throw reason;
  };
  host?.on?.('unhandledRejection', listener);
  try {
    return await run();
  } finally {
    // They are told once the microtasks are done.
    await new Promise((resolve) => setTimeout(resolve));
    host?.off?.('unhandledRejection', listener);
  }
}
