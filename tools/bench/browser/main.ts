/** The page that `npm run bench` opens in Chromium; it is asked through `benchPage`. */
import type { BrowserBench, BrowserFigures } from '../../../src/engine/browserBench.ts';
import { endure, type Endurance } from './endure.ts';

export interface BenchPage {
  /** In a worker of its own, as runs are. */
  step(bench: BrowserBench): Promise<BrowserFigures>;
  /** In the page itself, whose heap and profile are at hand. */
  endure(endurance: Endurance): Promise<void>;
}

declare global {
  var benchPage: BenchPage;
}

type Reply =
  { readonly figures: BrowserFigures } | { readonly progress: object } | { readonly failure: string };

function step(bench: BrowserBench): Promise<BrowserFigures> {
  const worker = new Worker(new URL('./step.worker.ts', import.meta.url), { type: 'module' });
  const figures = new Promise<BrowserFigures>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if ('figures' in data) resolve(data.figures);
      else if ('failure' in data) reject(new Error(data.failure));
      else console.info(JSON.stringify(data.progress));
    };
    worker.onerror = ({ message }) => reject(new Error(message || 'The worker did not start.'));
  });
  worker.postMessage(bench);
  return figures.finally(() => worker.terminate());
}

globalThis.benchPage = { step, endure };
