import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, openPages, patient, type WatchedPage } from '../support/builtApp.ts';
import { atOwnHub, faults, hubModelId as id, startWithHub } from '../support/builtAppWithHub.ts';
import { findFaults } from '../support/findFaults.ts';
import { stepButton } from './smallField.ts';

// A model from a Hub that is a part of the page's own server, whose files are those of the embedded model.

describe.skipIf(!hasChromium)('a model from the Hub, in the built page', patient, () => {
  const open = openPages(startWithHub);
  let visit: WatchedPage;
  const model = () => visit.page.getByRole('region', { name: 'Model', exact: true });

  beforeAll(async () => {
    visit = await open(atOwnHub);
  });

  it('is looked up: what it is and takes, before anything is downloaded', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByLabel('From the Hugging Face Hub').fill(`https://huggingface.co/${id}`);
    await page.getByRole('button', { name: 'Look it up' }).click();
    const offer = page.getByRole('region', { name: `Offer: ${id}` });
    await offer.getByText(/licence: apache-2\.0/).waitFor();
    expect(await offer.getByRole('radio').count()).toBe(1);
    await offer.getByText(/^Training takes about .* An estimate/).waitFor();
    expect(await findFaults(page)).toEqual([]);
  });

  it('is downloaded, over a broken connection too, and is then the one that runs use', async () => {
    Object.assign(faults, { cuts: 1, cutAfter: 300_000 });
    await visit.page.getByRole('button', { name: /^Download/ }).click();
    await model().getByText(`${id} (q4)`, { exact: true }).first().waitFor();
    await model().getByText('Ready', { exact: true }).waitFor();
    expect(faults.cuts).toBeLessThan(1);
  });

  it('writes tasks, with its weights read from where they are stored', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Specialize' }).click();
    await page
      .getByText(/^(Kept|Rejected) \([1-9]/)
      .first()
      .waitFor();
    const run = page.getByRole('region', { name: 'Run', exact: true });
    await run.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await run.waitFor({ state: 'detached' });
    await stepButton(page, 'Start').click();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('is still chosen after a reload, when the Hub is away', async () => {
    faults.errorCode = 'RepoNotFound';
    await visit.page.reload();
    await model().getByText(`${id} (q4)`, { exact: true }).first().waitFor();
    await model().getByText('Ready', { exact: true }).waitFor();
    expect(await model().locator('strong').first().innerText()).toBe(`${id} (q4)`);
  });

  it('can be deleted', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByRole('button', { name: `Delete ${id} from this browser` }).click();
    await page.getByRole('button', { name: `Delete ${id} from this browser` }).waitFor({ state: 'detached' });
    expect(await model().locator('strong').first().innerText()).toBe('pocket');
    await page.getByRole('region', { name: 'Runs' }).getByText('biomedicine').first().click();
    await page.getByText(`This run was made with ${id} (q4)`).waitFor();
  });

  it('asked nobody else, and left nothing to complain of', () => {
    expect(visit.foreignRequests).toEqual([]);
    expect(visit.complaints).toEqual([]);
  });
});
