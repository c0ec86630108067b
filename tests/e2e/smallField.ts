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
  await page.locator('input[type=file][accept*=json]').setInputFiles(file);
  await page.getByRole('tab', { name: 'Examples (6)' }).waitFor();
  await page.getByRole('button', { name: 'Use this field' }).click();
  await page.getByRole('button', { name: 'pharmacy' }).waitFor();
}

/** The least work that still goes through every stage. */
export const littleWork = { tasks: 4, epochs: 1, seedsOnly: false };

/** Sets it in the page. */
export async function chooseLittleWork(page: Page): Promise<void> {
  await stepButton(page, 'Start').click();
  await page.getByRole('button', { name: 'Advanced' }).click();
  await page.getByLabel('Tasks', { exact: true }).fill(String(littleWork.tasks));
  await page.getByLabel('Passes').fill(String(littleWork.epochs));
  await page.getByRole('switch', { name: /control/ }).press('Space');
}
