import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildWhereStale, builtFolder } from '../../tools/serve/buildApp.ts';
import { addressOf, answer } from '../../tools/serve/staticServer.ts';
import {
  browse,
  flagsWithoutWebGpu,
  hasChromium,
  openPages,
  patient,
  type ServedApp,
  type WatchedPage,
} from '../support/builtApp.ts';
import { findFaults } from '../support/findFaults.ts';
import { answerAs, noFaults, sendLarge } from '../support/hubServer.ts';
import { stepButton } from './smallField.ts';

// A model from a Hub that is a part of the page's own server, whose files are those of the embedded model.

const id = 'someone/pocket-ONNX';
const pocket = join(builtFolder, 'models/pocket');
const faults = noFaults();

function pocketFiles(): Record<string, Uint8Array> {
  const names = readdirSync(pocket, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(pocket, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(pocket, name))]));
}

async function startWithHub(): Promise<ServedApp> {
  await buildWhereStale();
  const files = pocketFiles();
  const hub = answerAs(id, files, {}, faults, '/storage/');
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/hub/')) return hub(url.slice('/hub'.length), response);
    const large = files[url.slice('/storage/'.length)];
    if (large) return void sendLarge(large, faults, request, response);
    return answer(builtFolder, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return browse(addressOf(server), stop, flagsWithoutWebGpu);
}

describe.skipIf(!hasChromium)('a model from the Hub, in the built page', patient, () => {
  const open = openPages(startWithHub);
  let visit: WatchedPage;
  const model = () => visit.page.getByRole('region', { name: 'Model', exact: true });

  beforeAll(async () => {
    visit = await open('?hub=/hub');
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
