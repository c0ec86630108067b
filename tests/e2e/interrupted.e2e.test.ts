import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { hasChromium, onWasm, openPages, patient } from '../support/builtApp.ts';
import { chooseSmallField, stepButton } from './smallField.ts';

const minutes = 60_000;

/** A page that keeps hold of the workers it starts, so that a test can kill them as a browser short of memory does. */
type HoldingPage = typeof globalThis & { heldWorkers: { name: string; worker: Worker }[] };

function holdWorkers(): void {
  const page = globalThis as HoldingPage;
  page.heldWorkers = [];
  page.Worker = class extends Worker {
    constructor(url: string | URL, options: WorkerOptions = {}) {
      super(url, options);
      page.heldWorkers.push({ name: options.name ?? '', worker: this });
    }
  };
}

/** The workers that specialise. */
const specializers = () =>
  (globalThis as HoldingPage).heldWorkers.filter(({ name }) => name.startsWith('specializer'));

const countSpecializers = (page: Page) => page.evaluate(`(${specializers.toString()})().length`);

/** Nobody is told: neither the page nor the worker. */
const killSpecializers = (page: Page) =>
  page.evaluate(`for (const { worker } of (${specializers.toString()})()) worker.terminate()`);

const untilUnderWay = (page: Page) =>
  page
    .getByRole('region', { name: 'Run', exact: true })
    .getByText(/^\d+ of \d+ /)
    .waitFor();

describe.skipIf(!hasChromium)('a run that is interrupted', patient, () => {
  const open = openPages(onWasm);

  it('can go on after its worker was killed, and after its tab was closed', async () => {
    const { page } = await open();
    await page.addInitScript(holdWorkers);
    await page.reload();
    await chooseSmallField(page);
    await stepButton(page, 'Start').click();
    await page.getByRole('button', { name: 'Specialize' }).click();
    await untilUnderWay(page);
    expect(await countSpecializers(page)).toBe(1);
    await killSpecializers(page);
    await page.getByText(/^The engine stopped unexpectedly, most likely for lack of memory\./).waitFor();
    await page.getByRole('button', { name: /^pharmacy.*failed$/ }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect.poll(() => countSpecializers(page), { timeout: minutes }).toBe(2);
    await untilUnderWay(page);

    const [context, address] = [page.context(), new URL('/', page.url()).href];
    await page.close();
    const reopened = await context.newPage();
    reopened.setDefaultTimeout(3 * minutes);
    await reopened.goto(address);
    await reopened.getByRole('button', { name: /^pharmacy.*interrupted$/ }).click();
    await reopened.getByText(/^This run was interrupted when its tab closed\./).waitFor();
    await reopened.getByRole('button', { name: 'Continue' }).click();
    await untilUnderWay(reopened);
    await reopened.getByRole('button', { name: 'Cancel' }).click();
    await reopened.getByRole('button', { name: 'Cancel the run' }).click();
    await reopened.getByText(/^This run was cancelled\./).waitFor();
  });
});
