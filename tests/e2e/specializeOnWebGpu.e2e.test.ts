import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, startApp, type ServedApp } from '../support/builtApp.ts';
import { chooseLittleWork, chooseSmallField } from './smallField.ts';

const minutes = 60_000;

// Once through, on a GPU in software: two and a half minutes on two idle cores. What the page can do beside that is tested
// on WASM, which is faster.
describe.skipIf(!hasChromium)('the page on WebGPU', { timeout: 10 * minutes }, () => {
  let app: ServedApp;

  beforeAll(async () => {
    app = await startApp();
  }, 10 * minutes);

  afterAll(() => app?.close());

  it('specialises and says whether it helped', async () => {
    const { page, complaints, foreignRequests } = await app.open();
    page.setDefaultTimeout(2 * minutes);
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText(/graphics card, through WebGPU/).waitFor();
    await chooseSmallField(page);
    await chooseLittleWork(page);
    await page.getByRole('button', { name: 'Specialize' }).click();
    await page.getByRole('region', { name: 'Verdict' }).waitFor({ timeout: 8 * minutes });
    const row = page.getByRole('row', { name: /^All together/ }).first();
    expect(await row.innerText()).toMatch(/\d/);
    expect(foreignRequests).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
