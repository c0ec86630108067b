import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Resident memory by the kernel's books, in bytes. */
export interface Resident {
  /** Heap and buffers. */
  readonly anonymous: number;
  /** Weight files that are mapped into memory, as far as they were read. */
  readonly files: number;
  /** The largest total since `forgetPeak`. */
  readonly peak: number;
}

export function resident(): Resident {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { anonymous: bytes('RssAnon'), files: bytes('RssFile'), peak: bytes('VmHWM') };
}

export const forgetPeak = () => writeFileSync('/proc/self/clear_refs', '5');

/**
 * Resident memory without what is only waiting to be collected. The collector gives pages back in the background, so this
 * waits until nothing more comes.
 */
export async function settled(): Promise<Resident> {
  const collect = globalThis.gc as ((options: object) => void) | undefined;
  let [last, unchanged] = [Infinity, 0];
  while (unchanged < 3) {
    collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await setTimeout(100);
    const { anonymous } = resident();
    unchanged = anonymous < last - 2 ** 20 ? 0 : unchanged + 1;
    last = Math.min(last, anonymous);
  }
  return resident();
}

export async function timed<T>(work: () => Promise<T>): Promise<[result: T, seconds: number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}
