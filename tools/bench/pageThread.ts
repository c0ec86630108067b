import type { CDPSession } from 'playwright';
import type { BenchShape } from '../../src/engine/benchModel.ts';
import { trainInPage } from './endurance.ts';
import { servedModel, type BenchBrowser } from './inChromium.ts';

/** The first step compiles shaders, and some things are only made in the second. */
const settledStep = 2;

export interface ThreadFigures {
  readonly model: string;
  readonly tokens: number;
  /** Processor time that the page's own thread spends on a step: told to the GPU anew, and recorded once. */
  readonly secondsPerStep: Readonly<Record<'anew' | 'recorded', number>>;
}

/**
 * Trains on WebGPU in the page itself and reads its thread's processor time: our code, onnxruntime's and the browser's
 * bindings. Unlike what a clock on the wall says, it does not count that a GPU in software takes the processors.
 */
export async function measureThread(
  browser: BenchBrowser,
  { name, folder, batchSize, sequenceLength, lora }: BenchShape & Readonly<Record<'name' | 'folder', string>>,
  repeats: number,
): Promise<ThreadFigures> {
  console.error(`Processor time of the page's thread for ${name} on webgpu …`);
  const steps = settledStep + repeats;
  const shape = { batchSize, sequenceLength, lora, steps, marks: [settledStep, steps] };
  const endurance = { ...shape, model: servedModel(folder), provider: 'webgpu' as const };
  const perStep = async (captures: boolean) => {
    const [before, after] = await trainInPage(browser, { ...endurance, captures }, readThread);
    return (after! - before!) / repeats;
  };
  const secondsPerStep = { anew: await perStep(false), recorded: await perStep(true) };
  return { model: name, tokens: batchSize * sequenceLength, secondsPerStep };
}

export const describeThread = ({ model, tokens, secondsPerStep }: ThreadFigures): string =>
  `Processor time that the page's own thread spends on a step of ${model} with ${tokens} tokens on WebGPU: ${(secondsPerStep.anew * 1000).toFixed(1)} ms, and ${(secondsPerStep.recorded * 1000).toFixed(1)} ms where the step is recorded.`;

async function readThread(_step: number, session: CDPSession): Promise<number> {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await session.send('Performance.getMetrics');
  const time = metrics.find(({ name }) => name === 'ThreadTime');
  if (!time)
    throw new Error(`Chromium tells no ThreadTime, but ${metrics.map(({ name }) => name).join(', ')}.`);
  return time.value;
}
