import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasChromium, openPages, patient, type WatchedPage } from '../support/builtApp.ts';
import {
  atOwnHub,
  faults,
  hubModelId as id,
  pocketFolder,
  startWithHub,
} from '../support/builtAppWithHub.ts';

/** Lets go of a folder of this machine over a place of the page, as a file manager does. */
async function drop({ page }: WatchedPage, folder: string, on: { x: number; y: number }): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...on, data });
}

describe.skipIf(!hasChromium)('the way to other models, in the built page', patient, () => {
  const open = openPages(startWithHub);
  let visit: WatchedPage;
  const model = () => visit.page.getByRole('region', { name: 'Model', exact: true });
  const lookUp = async (text: string) => {
    await visit.page.getByLabel('From the Hugging Face Hub').fill(text);
    await visit.page.getByRole('button', { name: 'Look it up' }).click();
  };
  const expectChosen = async (name: string) => {
    await model().getByText(`${name} (q4)`, { exact: true }).first().waitFor();
    await model().getByText('Ready', { exact: true }).waitFor();
    expect(await model().locator('strong').first().innerText()).toBe(`${name} (q4)`);
    expect(await visit.page.getByRole('alert').count()).toBe(0);
  };
  const remove = async (name: string) => {
    const button = visit.page.getByRole('button', { name: `Delete ${name} from this browser` });
    await button.click();
    await button.waitFor({ state: 'detached' });
  };

  beforeAll(async () => {
    visit = await open(atOwnHub);
    await visit.page.getByRole('button', { name: 'Choose another model' }).click();
  });
  beforeEach(() => void Object.assign(faults, { pause: 0 }));

  it('suggests models with their sizes', async () => {
    const list = visit.page.getByRole('listitem');
    const facts = /parameters · licence .* · from about \d/;
    await list.filter({ hasText: 'Llama 3.2 1B' }).getByText(facts).waitFor();
    for (const name of ['SmolLM2 135M', 'Qwen3 0.6B', 'Gemma 3 270M'])
      expect(await list.filter({ hasText: name }).getByText(facts).count()).toBe(1);
  });

  it.each([
    ['someone/absent', 'There is no public model someone/absent on the Hub; check the spelling.'],
    [`${id}@v9`, 'has no revision v9; give a branch, tag or commit'],
    ['gpt2', 'does not name a model; give an id such as'],
    ['https://example.com/a/b', 'example.com is not the Hub'],
  ])('says in a sentence why there is nothing under %s', async (text, sentence) => {
    await lookUp(text);
    await visit.page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    expect(await visit.page.getByRole('region', { name: /^Offer/ }).count()).toBe(0);
  });

  it.each([`${id}@main`, `https://huggingface.co/${id}/tree/main`, `hf.co/${id}/resolve/main/config.json`])(
    'finds %s',
    async (text) => {
      await lookUp(text);
      const offer = visit.page.getByRole('region', { name: `Offer: ${id}` });
      await offer.getByText(/about .* parameters · licence: apache-2\.0 · revision/).waitFor();
      expect(await visit.page.getByRole('alert').count()).toBe(0);
      await offer.getByRole('button', { name: 'Not this one' }).click();
    },
  );

  it('goes on with a download that was cancelled', async () => {
    const { page } = visit;
    faults.pause = 60;
    await lookUp(id);
    await page.getByRole('button', { name: /^Download/ }).click();
    const progress = page.getByRole('region', { name: `Downloading ${id}` });
    await progress.getByText(/^model_q4\.onnx/).waitFor();
    await progress.getByText(/^[2-9]\d\d kB of .* MB · .* left$/).waitFor();
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText(/ kB stored, not complete\. A download goes on from there\.$/).waitFor();
    expect(await model().locator('strong').first().innerText()).toBe('pocket');
    await page.getByRole('button', { name: 'Not this one' }).click();
    faults.pause = 0;
    await page.getByRole('button', { name: `Look at ${id} again` }).click();
    await page.getByRole('button', { name: /^Download/ }).click();
    await expectChosen(id);
    await remove(id);
  });

  it('takes a folder by the picker', async () => {
    await visit.page.locator('input[type=file]').setInputFiles(pocketFolder);
    await expectChosen('local/pocket');
    await remove('local/pocket');
  });

  it('takes a folder that is dropped', async () => {
    const place = visit.page.getByText('A folder of yours');
    await place.scrollIntoViewIfNeeded();
    const { x, y } = (await place.boundingBox())!;
    await drop(visit, pocketFolder, { x, y });
    await expectChosen('local/pocket');
    await remove('local/pocket');
  });

  it('has room on a phone', async () => {
    await visit.page.setViewportSize({ width: 390, height: 844 });
    expect(await visit.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  it('left nothing to complain of', () => {
    expect(visit.foreignRequests).toEqual([]);
    // Chromium notes every answer that is not a success, here those to what does not exist.
    expect(visit.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});
