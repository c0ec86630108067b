/** The page that `npm run bench -- rivals` opens in Chromium; every contender computes in a worker of its own. */
import type { ContenderName } from '../contenders.ts';
import type { LossAndGradient } from '../task.ts';

/** A worker is asked one thing at a time. */
export type Request =
  { readonly open: ContenderName; readonly model: string; readonly threads: number } | 'gradient' | 'step';
export type Reply = { readonly answer: unknown } | { readonly failure: string };

export interface RivalsPage {
  /** Loads library and model into a worker; returns the threads that it says it computes with. */
  open(name: ContenderName, model: string, threads: number): Promise<number>;
  gradient(name: ContenderName): Promise<{ loss: number; gradient: number[] }>;
  /** Seconds of one step, and the loss before it. */
  step(name: ContenderName): Promise<{ readonly seconds: number; readonly loss: number }>;
}

declare global {
  var rivalsPage: RivalsPage;
}

const workers = new Map<ContenderName, Worker>();

function ask(name: ContenderName, request: Request): Promise<unknown> {
  const worker = workers.get(name)!;
  const answered = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Reply>) =>
      'failure' in data ? reject(new Error(`${name}: ${data.failure}`)) : resolve(data.answer);
    worker.onerror = ({ message }) => reject(new Error(`${name}: ${message || 'The worker did not start.'}`));
  });
  worker.postMessage(request);
  return answered;
}

globalThis.rivalsPage = {
  async open(name, model, threads) {
    workers.set(name, new Worker(new URL('./contender.worker.ts', import.meta.url), { type: 'module' }));
    return (await ask(name, { open: name, model, threads })) as number;
  },
  async gradient(name) {
    const { loss, gradient } = (await ask(name, 'gradient')) as LossAndGradient;
    return { loss, gradient: Array.from(gradient) };
  },
  step: async (name) => (await ask(name, 'step')) as { seconds: number; loss: number },
};
