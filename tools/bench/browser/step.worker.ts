import { benchInBrowser, type BrowserBench } from '../../../src/engine/browserBench.ts';

self.onmessage = async ({ data }: MessageEvent<BrowserBench>) => {
  try {
    const bench = benchInBrowser(data);
    for (;;) {
      const next = await bench.next();
      self.postMessage(next.done ? { figures: next.value } : { progress: next.value });
      if (next.done) return;
    }
  } catch (error) {
    self.postMessage({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
};
