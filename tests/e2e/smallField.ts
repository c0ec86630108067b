import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';

const ask = (drug: string, use: string) => ({ instruction: `What is ${drug} used for?`, output: use });

/** A field so small that even a GPU in software specialises in it within a test. */
export const smallField = {
  name: 'pharmacy',
  description: 'Short answers about drugs.',
  seeds: [
    ask('ibuprofen', 'inflammation'),
    ask('aspirin', 'pain'),
    ask('insulin', 'diabetes'),
    ask('penicillin', 'bacterial infection'),
    ask('warfarin', 'blood clots'),
    ask('salbutamol', 'asthma'),
  ],
  heldOut: [
    { ...ask('metformin', 'diabetes'), task: 'use' },
    { ...ask('paracetamol', 'fever'), task: 'use' },
  ],
};

/** The button of a step, by its name in the navigation. */
export const stepButton = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name });

/** Takes the field from a file, as a person does. */
export async function chooseSmallField(page: Page): Promise<void> {
  await stepButton(page, /^Examples/).click();
  await page.getByRole('button', { name: 'Write my own' }).click();
  const file = {
    name: 'pharmacy.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(smallField)),
  };
  await page.locator('input[type=file][accept*="application/json"]').setInputFiles(file);
  await page.getByRole('tab', { name: 'Examples (6)' }).waitFor();
  await page.getByRole('button', { name: 'Use this field' }).click();
  await page.getByRole('button', { name: 'pharmacy' }).waitFor();
}

/** Chooses the graphics card, also where it is one in software, which the page does not take by itself. */
export async function chooseGraphicsCard(page: Page): Promise<void> {
  await page.getByText('Ready', { exact: true }).waitFor();
  await page.getByRole('radiogroup', { name: 'Run on' }).getByText('Graphics card').click();
  await page.getByText(/graphics card, through WebGPU/).waitFor();
}

/** The least work that still goes through every stage. */
export const littleWork = { tasks: 4, epochs: 1, controls: [] };

/** Sets it in the page. */
export async function chooseLittleWork(page: Page): Promise<void> {
  await stepButton(page, 'Start').click();
  await page.getByRole('button', { name: 'Advanced' }).click();
  await page.getByLabel('Tasks', { exact: true }).fill(String(littleWork.tasks));
  await page.getByLabel('Passes').fill(String(littleWork.epochs));
  await page.getByRole('checkbox', { name: 'Your examples only' }).press('Space');
}

/** What only a setting by name says: each token is most of a second on a GPU in software, so few and short texts. */
const shortTexts = {
  batchSize: 4,
  maxPrompts: 4,
  recitations: 4,
  recitationTokens: 16,
  instructionTokens: 40,
  responseTokens: 8,
  replayShare: 0,
};

async function chooseShortTexts(page: Page): Promise<void> {
  await page.getByText('Every setting', { exact: true }).click();
  const field = page.getByLabel('Other values than below, as JSON');
  await field.fill(JSON.stringify(shortTexts));
  await field.blur();
}

/** Starts a run over the small field, with the least work. */
export async function specializeInSmallField(page: Page): Promise<void> {
  await chooseSmallField(page);
  await chooseLittleWork(page);
  await chooseShortTexts(page);
  await page.getByRole('button', { name: 'Specialize' }).click();
}

/** A file of the run that is open, as the page hands it out. */
export async function downloadOf(page: Page, button: string): Promise<{ name: string; buffer: Buffer }> {
  await stepButton(page, /^Adapter/).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), buffer: readFileSync(await download.path()) };
}

export const downloadAdapter = (page: Page) => downloadOf(page, 'Download adapter');
