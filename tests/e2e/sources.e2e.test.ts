import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, onWasm, openPages, patient, type WatchedPage } from '../support/builtApp.ts';
import { docxFixture, pdfFixture } from '../support/documentFixtures.ts';
import { findFaults } from '../support/findFaults.ts';
import { parquetFixture } from '../support/parquetFixture.ts';
import { sourceFixture } from '../support/sourceFixture.ts';
import type { SourceFile } from '../../src/sources/sourceFile.ts';
import { chooseLittleWork, stepButton } from './smallField.ts';

const upload = ({ name, bytes }: SourceFile) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(bytes),
});

describe.skipIf(!hasChromium)('the form for a field of one’s own', patient, () => {
  const open = openPages(onWasm);
  let visit: WatchedPage;

  beforeAll(async () => {
    visit = await open();
    const { page } = visit;
    await page.getByText('Ready', { exact: true }).waitFor();
    await stepButton(page, /^Examples/).click();
    await page.getByRole('button', { name: 'Write my own' }).click();
  });

  it('opens a field that is written in Markdown', async () => {
    const { page } = visit;
    await page
      .locator('input[type=file][accept*=markdown]')
      .setInputFiles(upload(sourceFixture('anatomy.md')));
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Anatomy');
    await page.getByRole('tab', { name: 'Examples (3)' }).waitFor();
  });

  it('takes tasks from data sets and counts what it leaves out', async () => {
    const { page } = visit;
    await page.getByText('Take tasks from a data set').click();
    await page.getByRole('textbox', { name: 'Examples' }).fill('4');
    await page.getByRole('textbox', { name: 'Unseen tasks' }).fill('3');
    const files = [parquetFixture(), sourceFixture('questions.csv'), sourceFixture('chat.jsonl')];
    await page.locator('input[type=file][accept*=parquet]').setInputFiles(files.map(upload));
    await page
      .getByText(/^Took 4 examples and 3 unseen tasks out of 2 in rows\.parquet \(parquet\)/)
      .waitFor();
    expect(await page.getByText(/Rows left out: 6\./).count()).toBe(1);
    await page.getByText('questions.csv, row 4: has no answer: the output is empty').waitFor();
    await page.getByRole('tab', { name: 'Examples (7)' }).waitFor();
  });

  it('takes texts of every kind, and says which it cannot', async () => {
    const { page } = visit;
    await page.getByRole('tab', { name: /^Texts/ }).click();
    const files = [sourceFixture('heart.html'), docxFixture(), pdfFixture(), parquetFixture()];
    await page.locator('input[type=file][accept*=docx]').setInputFiles(files.map(upload));
    await page.getByText('Texts taken: 3. Left out: 1.').waitFor();
    await page.getByText('rows.parquet is no text in UTF-8').waitFor();
    for (const name of ['heart.html', 'heart.docx', 'heart.pdf'])
      await page.getByText(name, { exact: true }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use this field' }).click();
    await page.getByRole('tab', { name: 'Texts (3)' }).click();
    await page.getByText('heart.pdf', { exact: true }).click();
    await page.getByText('The blood goes from the heart to the lungs and comes back.').waitFor();
  });

  it('specialises with all of it, and draws which passages the tasks are about', async () => {
    const { page } = visit;
    await chooseLittleWork(page);
    await page.getByRole('checkbox', { name: 'Cover the texts' }).press('Space');
    await page.getByRole('button', { name: 'Specialize' }).click();
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    const map = page.getByRole('img', { name: /^\d+ of \d+ passages of your texts have tasks near them/ });
    await map.waitFor();
    await stepButton(page, /^Generate/).click();
    await map.waitFor();
    expect(await findFaults(page)).toEqual([]);
  });

  it('asked nobody but its own server, and had nothing to complain of', () => {
    expect(visit.foreignRequests).toEqual([]);
    expect(visit.complaints).toEqual([]);
  });
});
