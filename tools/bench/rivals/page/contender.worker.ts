import { openContender } from '../contenders.ts';
import type { Contender } from '../task.ts';
import type { Reply, Request } from './main.ts';

let contender: Contender | undefined;

async function answer(request: Request): Promise<unknown> {
  if (typeof request === 'object') {
    // All libraries take as many threads as the machine is said to have.
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: request.threads });
    contender = await openContender(request.open, request.model);
    return contender.threads;
  }
  if (request === 'gradient') return contender!.gradient();
  const start = performance.now();
  const loss = await contender!.step();
  return { seconds: (performance.now() - start) / 1000, loss };
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  const reply: Reply = await answer(data).then(
    (result) => ({ answer: result }),
    (error: unknown) => ({
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  self.postMessage(reply);
};
