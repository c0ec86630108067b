import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice, openModel } from '../../src/cli/openModel.ts';
import { specializeModel } from '../../src/engine/specializeModel.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import type { Adapter } from '../../src/lora/adapter.ts';
import { readPeftParameters } from '../../src/lora/peft.ts';
import { unzipAdapter } from '../../src/ui/store/adapterZip.ts';
import { parseDomain } from '../../src/specialize/domain.ts';
import { defaultParameters, presetWith } from '../../workers/runSettings.ts';
import { flagsWithoutWebGpu, hasChromium, startApp, type ServedApp } from '../support/builtApp.ts';
import { chooseLittleWork, chooseSmallField, littleWork, smallField, stepButton } from './smallField.ts';

const minutes = 60_000;

/** What `--device wasm` trains in a terminal from the page's field and settings. */
async function trainedInTerminal(): Promise<Adapter> {
  const device = await openDevice({ device: 'wasm', threads: 2 });
  const model = await openModel({ model: 'public/models/pocket', dtype: 'q4', device: 'wasm' });
  const chosen = presetWith(model, { ...defaultParameters(model), ...littleWork });
  const domain = parseDomain(JSON.stringify(smallField));
  const run = specializeModel(new ModelSession(model, device), { domain, documents: [], ...chosen });
  let next = await run.next();
  while (!next.done) next = await run.next();
  await device.dispose();
  return next.value.adapters.specialized!;
}

describe.skipIf(!hasChromium)('one seed', { timeout: 10 * minutes }, () => {
  let app: ServedApp;
  beforeAll(async () => {
    app = await startApp(flagsWithoutWebGpu);
  }, 10 * minutes);
  afterAll(() => app?.close());

  it('trains the same adapter in the page and in a terminal, bit for bit', async () => {
    const { page } = await app.open();
    page.setDefaultTimeout(5 * minutes);
    await chooseSmallField(page);
    await chooseLittleWork(page);
    await page.getByRole('button', { name: 'Specialize' }).click();
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    await stepButton(page, /^Adapter/).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download adapter' }).click(),
    ]);
    const zip = new Uint8Array(readFileSync(await download.path()));
    const file = unzipAdapter('adapter.zip', zip)['adapter_model.safetensors']!;
    const { parameters, layout } = await trainedInTerminal();
    expect(readPeftParameters(file, layout)).toEqual(parameters);
  });
});
