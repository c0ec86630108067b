import type { CDPSession } from 'playwright';
import { trainInPage } from './endurance.ts';
import { servedModel, type BenchBrowser } from './inChromium.ts';

/** Bytes of the page's JavaScript heap and of the buffers that it holds, garbage collected. */
export interface HeapMark {
  readonly step: number;
  readonly heap: number;
  readonly buffers: number;
}

export interface HeapFigures {
  readonly steps: number;
  readonly marks: readonly HeapMark[];
}

/** The first steps fill caches. */
const settledStep = 100;

/** Trains `steps` steps of the model in the page itself, on WASM, and looks at its heap ten times from the hundredth on. */
export async function measureHeap(
  browser: BenchBrowser,
  folder: string,
  steps: number,
): Promise<HeapFigures> {
  console.error(`JavaScript heap over ${steps} steps …`);
  const places = Array.from({ length: 10 }, (_, i) =>
    Math.round(settledStep + ((steps - settledStep) * i) / 9),
  );
  const endurance = {
    model: servedModel(folder),
    provider: 'wasm' as const,
    steps,
    marks: places,
    batchSize: 1,
    sequenceLength: 16,
    lora: { targetModules: 'all-linear' as const, rank: 8, alpha: 16 },
  };
  return { steps, marks: await trainInPage(browser, endurance, markAt) };
}

async function markAt(step: number, session: CDPSession): Promise<HeapMark> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize: heap, backingStorageSize: buffers } = await session.send('Runtime.getHeapUsage');
  return { step, heap, buffers };
}

export function describeHeap({ steps, marks }: HeapFigures): string {
  const [first, last] = [marks[0]!, marks.at(-1)!];
  const kilobytes = (bytes: number) => `${(bytes / 1e3).toFixed(0)} kB`;
  const grown = (of: (mark: HeapMark) => number) => kilobytes(of(last) - of(first));
  return `JavaScript heap of a page that trains pocket on WASM, garbage collected: ${kilobytes(first.heap)} after step ${first.step}, ${kilobytes(last.heap)} after step ${steps}: grown by ${grown(({ heap }) => heap)}, buffers by ${grown(({ buffers }) => buffers)}.`;
}
