import { readFileSync, writeFileSync } from 'node:fs';

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

/** Resident memory without what is only waiting to be collected, and what the collector would give back later. */
export function settled(): Resident {
  const collect = globalThis.gc as ((options: object) => void) | undefined;
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return resident();
}

export async function timed<T>(work: () => Promise<T>): Promise<[result: T, seconds: number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}
