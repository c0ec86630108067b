import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './fuzzRun.ts';
import { fuzzedReaders } from './fuzzReaders.ts';

// A thread of `tools/testing/fuzz.ts`: reads one reader's inputs while the main thread watches how far it got.

interface Task {
  readonly reader: string;
  readonly count: number;
  readonly seed: number;
  /** One number: the index of the input that is being read. */
  readonly progress: Int32Array;
}

async function main(): Promise<void> {
  if (workerData === null) {
    parentPort?.postMessage(fuzzedReaders.map(({ name }) => name));
    return;
  }
  const { reader: name, count, seed, progress } = workerData as Task;
  const reader = fuzzedReaders.find((known) => known.name === name);
  if (!reader) throw new Error(`There is no reader ${name}.`);
  const started = (index: number) => Atomics.store(progress, 0, index);
  parentPort?.postMessage(await fuzz(reader, { count, seed, started }));
}

await main();
