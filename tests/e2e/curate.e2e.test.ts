import { strFromU8, unzipSync } from 'fflate';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { hasChromium, onWasm, openPages, patient } from '../support/builtApp.ts';
import { findFaults } from '../support/findFaults.ts';
import { chooseLittleWork, chooseSmallField, downloadOf } from './smallField.ts';

const minutes = 60_000;
const ownAnswer = 'a medicine of my own';

interface StoredTask {
  readonly id: string;
  readonly instruction: string;
  readonly decision: string;
  readonly rescued?: boolean;
  readonly rejection?: { readonly rule: string };
}

/** The files of the run that is open, as it hands them out. */
async function filesOf(page: Page): Promise<(name: string) => Record<string, unknown>[]> {
  const { buffer } = await downloadOf(page, 'Download the whole run');
  const files = unzipSync(buffer);
  return (name) =>
    strFromU8(files[name]!)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.skipIf(!hasChromium)('the tasks of a run', patient, () => {
  const open = openPages(onWasm);

  it('are looked through by keyboard, survive a reload, and training gets what was decided', async () => {
    const { page, complaints } = await open();
    page.setDefaultTimeout(minutes);
    await chooseSmallField(page);
    await chooseLittleWork(page);
    // So many that some pass all rules.
    await page.getByLabel('Tasks', { exact: true }).fill('12');
    await page.getByRole('button', { name: 'Specialize' }).click();
    await page.getByRole('switch', { name: 'Stop before training' }).press('Space');
    await page.getByText('This run stopped before training').waitFor({ timeout: 5 * minutes });

    const grid = page.getByRole('grid', { name: 'Tasks' });
    const keptChip = page.getByRole('button', { name: /^Kept\d/ });
    const kept = Number((await keptChip.innerText()).replace(/\D/g, ''));
    expect(kept).toBeGreaterThan(2);
    await keptChip.press('Enter');
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(kept + 1));
    await grid.press('Enter');
    const task = page.getByRole('article');
    const position = (number: number) => page.getByText(`${number} of ${kept}`, { exact: true });
    await position(1).waitFor();
    const discarded = await task.getByRole('heading').innerText();
    await page.keyboard.press('Backspace');
    await position(2).waitFor();
    await page.keyboard.press('ArrowLeft');
    await task.getByText('Left out by you').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('e');
    await page.getByLabel('Answer').fill(ownAnswer);
    await page.keyboard.press('Control+Enter');
    await task.getByText('Edited by you').waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.keyboard.press('ArrowRight');
    await position(3).waitFor();
    await page.keyboard.press('Backspace');
    await page.getByRole('button', { name: 'Undo: 1 task discarded' }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Undo: 1 task edited' }).waitFor();
    await page.keyboard.press('Escape');
    await grid.waitFor();

    await page.reload();
    await page.getByRole('button', { name: /^Left out by you1/ }).waitFor();
    await page.getByRole('button', { name: /^Edited by you1/ }).waitFor();
    await page.getByRole('button', { name: `Kept${kept - 2}` }).waitFor();
    await page.getByRole('button', { name: 'Go on to training' }).press('Enter');
    await page.getByRole('region', { name: 'Verdict' }).waitFor({ timeout: 8 * minutes });

    const read = await filesOf(page);
    const tasks = read('tasks.jsonl') as unknown as StoredTask[];
    expect(tasks.find(({ instruction }) => instruction === discarded)?.rejection?.rule).toBe('discarded');
    const generated = [...read('train.jsonl'), ...read('valid.jsonl')].filter(
      ({ source }) => source === 'generated',
    );
    const wanted = tasks.filter(({ decision }) => decision === 'kept').map(({ id }) => id);
    expect(wanted).toHaveLength(kept - 1);
    expect(new Set(generated.map(({ id }) => id))).toEqual(new Set(wanted));
    expect(generated).toHaveLength(wanted.length);
    const edited = generated.filter((row) => row.edited === true);
    expect(edited).toHaveLength(1);
    expect(JSON.stringify(edited[0])).toContain(ownAnswer);
    expect(JSON.stringify(generated)).not.toContain(discarded);
    expect(complaints).toEqual([]);
  });
});
