import { pocketBench } from '../src/engine/benchModel.ts';
import { benchInBrowser } from '../src/engine/browserBench.ts';
import type { BenchApi } from '../src/workerApi/bench.ts';
import { pocketModel } from '../src/workerApi/model.ts';

/** Measures the model below `modelsUrl` (which ends in "/"). To break off, end the worker. */
export function serveBench(modelsUrl: string, held: () => Promise<void>): BenchApi {
  return {
    ready: held,
    async measure(rounds, provider, onProgress) {
      const { batchSize, sequenceLength, lora } = pocketBench;
      const shape = { batchSize, sequenceLength, lora, repeats: rounds };
      const bench = benchInBrowser({ ...shape, provider, model: modelsUrl + pocketModel.id });
      for (;;) {
        const next = await bench.next();
        if (next.done) return next.value;
        onProgress(next.value);
      }
    },
  };
}
