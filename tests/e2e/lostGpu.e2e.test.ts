import type { Page, Worker } from 'playwright';
import { describe, expect, it } from 'vitest';
import { hasChromium, onWebGpu, openPages, patient } from '../support/builtApp.ts';
import { chooseGraphicsCard, specializeInSmallField } from './smallField.ts';

const minutes = 60_000;

/** A worker that counts its work on GPUs and can lose them. */
type CountingWorker = typeof globalThis & { gpus: GPUDevice[]; dispatches: number };

/** Runs in each worker before the engine asks for a GPU. */
function countGpuWork(): void {
  const worker = globalThis as CountingWorker;
  worker.gpus = [];
  worker.dispatches = 0;
  around(GPUAdapter.prototype, 'requestDevice', async (gpu: Promise<GPUDevice>) => {
    worker.gpus.push(await gpu);
  });
  around(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => void worker.dispatches++);

  /** Shows `see` what a method returns. */
  function around<Result>(owner: object, name: string, see: (result: Result) => unknown): void {
    const method = Object.getOwnPropertyDescriptor(owner, name)!.value as (...given: unknown[]) => Result;
    const seen = function (this: unknown, ...given: unknown[]): Result {
      const result = method.apply(this, given);
      see(result);
      return result;
    };
    Object.defineProperty(owner, name, { value: seen });
  }
}

/** Loses the worker's GPUs as a driver that is reset does; how many there were. */
function loseGpus(): number {
  const { gpus } = globalThis as CountingWorker;
  for (const gpu of gpus) gpu.destroy();
  return gpus.splice(0).length;
}

const workersOf = (page: Page, name: string): Worker[] =>
  page.workers().filter((worker) => worker.url().includes(`/${name}.worker`));

/** The dispatches of the worker that specialises. */
async function dispatches(page: Page): Promise<number> {
  const [worker] = workersOf(page, 'specializer');
  return worker ? worker.evaluate(() => (globalThis as CountingWorker).dispatches) : 0;
}

const untilGpuWorks = (page: Page) =>
  expect.poll(() => dispatches(page), { timeout: 4 * minutes }).toBeGreaterThan(0);

describe.skipIf(!hasChromium)('the page on WebGPU', patient, () => {
  const open = openPages(onWebGpu);

  // A whole run takes a GPU in software minutes, most of them for writing tasks.
  it('says in one sentence that the GPU was lost, and goes on with another one', async () => {
    const { page, complaints } = await open();
    page.on('worker', (worker) => void worker.evaluate(countGpuWork).catch(() => undefined));
    await chooseGraphicsCard(page);
    await specializeInSmallField(page);
    await untilGpuWorks(page);

    const [specializer] = workersOf(page, 'specializer');
    expect(await specializer!.evaluate(loseGpus)).toBe(1);
    await page.getByText(/^The GPU was lost \(.*\); try again: a run goes on from its last/).waitFor();
    await page.getByRole('button', { name: /^pharmacy.*failed$/ }).waitFor();
    await expect.poll(() => workersOf(page, 'specializer').length, { timeout: minutes }).toBe(0);
    await page.getByRole('button', { name: 'Continue' }).click();
    await untilGpuWorks(page);

    await page.getByRole('button', { name: 'Cancel' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /cancel/i })
      .click();
    await page.getByText(/^This run was cancelled\./).waitFor();
    expect(complaints).toEqual([]);
  });
});
