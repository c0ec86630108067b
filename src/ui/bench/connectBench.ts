import { proxy } from 'comlink';
import type { BenchApi } from '../../workerApi/bench.ts';
import { connectWorker } from '../connection/connectWorker.ts';
import type { Connection } from '../store/services.ts';

/** Starts a worker for one measurement. */
export function connectBench(): Connection<BenchApi> {
  const name = `bench-${crypto.randomUUID()}`;
  const worker = new Worker(new URL('../../../workers/bench.worker.ts', import.meta.url), {
    type: 'module',
    name,
  });
  return connectWorker<BenchApi>(worker, name, (remote) => ({
    ready: () => remote.ready(),
    measure: (rounds, device, onProgress) => remote.measure(rounds, device, proxy(onProgress)),
  }));
}
