import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, onWasm, openPages, patient, type WatchedPage } from '../support/builtApp.ts';
import { findFaults } from '../support/findFaults.ts';
import { chooseLittleWork, chooseSmallField, downloadAdapter, stepButton } from './smallField.ts';

// The whole way through the built page, with the embedded model and on a small field.

const minutes = 60_000;

describe.skipIf(!hasChromium)('the page, from first visit to adapter', patient, () => {
  const open = openPages(onWasm);
  let visit: WatchedPage;

  beforeAll(async () => {
    visit = await open();
  });

  it('has its model ready, and no fault that axe can see', async () => {
    const { page } = visit;
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByRole('radio', { name: /Biomedicine/ }).waitFor({ state: 'attached' });
    expect(await findFaults(page)).toEqual([]);
  });

  it('takes a field from a file, and names the row at fault where there is one', async () => {
    const { page } = visit;
    await chooseSmallField(page);
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Answer').first().fill('');
    await page.getByRole('button', { name: 'Use this field' }).click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('Row 1 of "seeds"');
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('specialises, can be paused on the way, and says whether it helped', async () => {
    const { page } = visit;
    await chooseLittleWork(page);
    await page.getByRole('button', { name: 'Specialize' }).click();
    const run = page.getByRole('region', { name: 'Run', exact: true });
    await run.getByRole('button', { name: 'Pause' }).click();
    await run.getByText('(paused)').waitFor();
    await run.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('region', { name: 'Verdict' }).waitFor({ timeout: 10 * minutes });
    expect(
      await page
        .getByRole('row', { name: /^All together/ })
        .first()
        .innerText(),
    ).toMatch(/\d/);
    expect(await findFaults(page)).toEqual([]);
  });

  it('answers from both models, each labelled with what wrote it', async () => {
    const { page } = visit;
    await page.getByLabel('Your question').fill('What is aspirin used for?');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText(/^adapter [0-9a-f]{8}$/).waitFor();
    // The two answer one after the other, in either order.
    await page.getByText('no adapter', { exact: true }).waitFor();
    expect(await page.getByText(/^(no adapter|adapter [0-9a-f]{8})$/).count()).toBe(2);
  });

  it('hands the adapter out and takes it back', async () => {
    const { page } = visit;
    const file = { ...(await downloadAdapter(page)), mimeType: 'application/zip' };
    await page.locator('input[type=file][accept*=zip]').setInputFiles(file);
    await page.getByRole('button', { name: 'Ask it' }).waitFor();
    expect(await findFaults(page)).toEqual([]);
  });

  it('finds the results again after a reload', async () => {
    const { page } = visit;
    await stepButton(page, /^Compare/).click();
    const verdict = await page.getByRole('region', { name: 'Verdict' }).innerText();
    await page.reload();
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    expect(await page.getByRole('region', { name: 'Verdict' }).innerText()).toBe(verdict);
  });

  it('runs the same with fewer examples, and comes back when that is cancelled', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Run with fewer examples' }).press('Enter');
    await page.getByText('With 1 example, run 1 of 3: Recalling').first().waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('Missing: 1, 2 and 3 examples.').waitFor();
    const stored = page.getByRole('button', { name: 'pharmacy · 1 example' });
    expect(await stored.innerText()).toContain('cancelled');
  });

  it('asked nobody but its own server, and had nothing to complain of', () => {
    expect(visit.foreignRequests).toEqual([]);
    expect(visit.complaints).toEqual([]);
  });
});
