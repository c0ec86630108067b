/**
 * Feeds damaged files to every reader: `npm run fuzz -- [count] [seed] [part of a reader's name]`. Prints a
 * table and every fault; an input is told again by its reader, seed and index. Each reader runs in a thread of its own, so
 * that one that hangs or runs out of memory is a row of the table too.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FuzzResult } from './fuzzResult.ts';

/** Longer than any input may take on a busy machine. */
const hangMs = 120_000;
const largestHeapMb = 1024;
const shownFaults = 10;

const entry = new URL('../../tests/support/fuzzWorker.ts', import.meta.url).href;
/** Threads do not inherit the loader of TypeScript. */
const bootstrap = `import('tsx/esm/api').then(({ tsImport }) => tsImport('${entry}', '${import.meta.url}'))`;

const worker = (workerData: unknown) =>
  new Worker(bootstrap, {
    eval: true,
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: largestHeapMb },
  });

async function readerNames(): Promise<string[]> {
  const [names] = (await once(worker(null), 'message')) as [string[]];
  return names;
}

async function runReader(reader: string, count: number, seed: number): Promise<FuzzResult> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const thread = worker({ reader, count, seed, progress });
  const ended = (what: string): FuzzResult => ({
    reader,
    inputs: progress[0]!,
    accepted: NaN,
    rejected: NaN,
    slowestMs: NaN,
    largestGrowth: NaN,
    faults: [{ index: progress[0]!, what }],
  });
  const row = await Promise.race([
    once(thread, 'message').then(
      ([result]) => result as FuzzResult,
      (error: Error) => ended(`ended the thread: ${error.message}`),
    ),
    hangOf(progress).then(() => ended(`takes more than ${hangMs / 1000} seconds`)),
  ]);
  await thread.terminate();
  return row;
}

/** Resolves once the same input has been read for too long. */
async function hangOf(progress: Int32Array): Promise<void> {
  let last = { index: -1, since: Date.now() };
  while (Date.now() - last.since < hangMs) {
    await new Promise((resolve) => setTimeout(resolve, 1000).unref());
    const index = Atomics.load(progress, 0);
    if (index !== last.index) last = { index, since: Date.now() };
  }
}

function line({ reader, inputs, accepted, rejected, slowestMs, largestGrowth, faults }: FuzzResult): string {
  const growth = `${(largestGrowth / 2 ** 20).toFixed(1)} MiB`;
  const cells = [inputs, accepted, rejected, slowestMs.toFixed(0), growth, faults.length];
  return reader.padEnd(26) + cells.map((cell) => String(cell).padStart(12)).join('');
}

async function main([count = '10000', seed = '1', part = '']: readonly string[]): Promise<void> {
  const titles = ['inputs', 'accepted', 'rejected', 'slowest ms', 'growth', 'faults'];
  console.log('reader'.padEnd(26) + titles.map((title) => title.padStart(12)).join(''));
  for (const reader of (await readerNames()).filter((name) => name.includes(part))) {
    const row = await runReader(reader, Number(count), Number(seed));
    console.log(line(row));
    for (const { index, what } of row.faults.slice(0, shownFaults))
      console.log(`  input ${index} of seed ${seed}: ${what}`);
    if (row.faults.length > 0) process.exitCode = 1;
  }
}

await main(process.argv.slice(2));
