import { describe, expect, it } from 'vitest';
import { hasChromium, onWebGpu, openPages, patient } from '../support/builtApp.ts';
import { chooseGraphicsCard, specializeInSmallField } from './smallField.ts';

const minutes = 60_000;

// Once through, on a GPU in software: two and a half minutes on two idle cores. What the page can do beside that is tested
// on WASM, which is faster.
describe.skipIf(!hasChromium)('the page on WebGPU', patient, () => {
  const open = openPages(onWebGpu);

  it('takes a GPU in software only when told to, specialises on it, and says whether that helped', async () => {
    const { page, complaints, foreignRequests } = await open();
    await page.getByText(/^Runs on the processor.* imitated in software here/).waitFor();
    await chooseGraphicsCard(page);
    await specializeInSmallField(page);
    await page.getByRole('region', { name: 'Verdict' }).waitFor({ timeout: 8 * minutes });
    const row = page.getByRole('row', { name: /^All together/ }).first();
    expect(await row.innerText()).toMatch(/\d/);
    expect(foreignRequests).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
