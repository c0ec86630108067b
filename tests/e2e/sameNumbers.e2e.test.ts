import { describe, expect, it } from 'vitest';
import { openDevice, openModel } from '../../src/cli/openModel.ts';
import { specializeModel } from '../../src/engine/specializeModel.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import type { Adapter } from '../../src/lora/adapter.ts';
import { readPeftParameters } from '../../src/lora/peft.ts';
import { unzipAdapter } from '../../src/ui/store/adapterZip.ts';
import { parseDomain } from '../../src/specialize/domain.ts';
import { defaultParameters, presetWith } from '../../workers/runSettings.ts';
import { hasChromium, onWasm, openPages, patient } from '../support/builtApp.ts';
import { downloadAdapter, littleWork, smallField, specializeInSmallField } from './smallField.ts';

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

describe.skipIf(!hasChromium)('one seed', patient, () => {
  const open = openPages(onWasm);

  it('trains the same adapter in the page and in a terminal, bit for bit', async () => {
    const { page } = await open();
    await specializeInSmallField(page);
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    const { buffer: zip } = await downloadAdapter(page);
    const file = unzipAdapter('adapter.zip', zip)['adapter_model.safetensors']!;
    const { parameters, layout } = await trainedInTerminal();
    expect(readPeftParameters(file, layout)).toEqual(parameters);
  });
});
