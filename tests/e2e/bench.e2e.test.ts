import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BrowserFigures } from '../../src/workerApi/bench.ts';
import { hasChromium, onWasm, openPages, patient } from '../support/builtApp.ts';
import { findFaults } from '../support/findFaults.ts';

describe.skipIf(!hasChromium)('the page /bench', patient, () => {
  const open = openPages(onWasm);

  it('measures a step here, shows the figures and saves them', async () => {
    const { page, complaints, foreignRequests } = await open('bench');
    await page.getByText('2, short').click();
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByRole('progressbar', { name: 'Measurement' }).waitFor();
    const row = page.getByRole('row', { name: /^step in forwards/ });
    const shown = Number(await row.getByRole('cell').first().textContent());
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JSON' }).click();
    const figures = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as BrowserFigures;

    expect(figures).toMatchObject({ provider: 'wasm', layers: 4, batchSize: 16, sequenceLength: 192 });
    expect(figures.browser.isCrossOriginIsolated).toBe(true);
    const { forward, training } = figures.seconds;
    expect(shown).toBeCloseTo(training.median / forward.median, 1);
    // A step computes what the forward pass computes, and more.
    expect(shown).toBeGreaterThan(1);
    expect(figures.graphs.training.kernels).toBeGreaterThan(figures.graphs.forward.kernels);
    expect(figures.peakBytes).toBeGreaterThan(5e7);
    expect(await findFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(foreignRequests).toEqual([]);
  });

  it('can be cancelled, and measures again', async () => {
    const { page, complaints } = await open('bench');
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Getting the graphs ready').waitFor();
    const [worker] = page.workers();
    const ended = new Promise((resolve) => worker!.once('close', resolve));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await ended;
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Getting the graphs ready').waitFor();
    expect(complaints).toEqual([]);
  });
});
