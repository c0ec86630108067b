import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { hasChromium, onWasm, openPages, patient } from '../support/builtApp.ts';
import { whittle } from '../support/commandLine.ts';
import { temporaryFolder } from '../support/modelFolder.ts';
import { downloadOf, specializeInSmallField } from './smallField.ts';

/** Unpacks a zip file into a folder; returns the names of its files. */
function unpack(zip: Buffer, folder: string): string[] {
  const files = Object.entries(unzipSync(zip));
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return files.map(([name]) => name);
}

describe.skipIf(!hasChromium)('one seed', patient, () => {
  const open = openPages(onWasm);

  it('gives the same in the page and in a terminal, to the last byte of every file of the run', async () => {
    const { page } = await open();
    await specializeInSmallField(page);
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    const { buffer: zip } = await downloadOf(page, 'Download the whole run');
    const [ofPage, again] = [temporaryFolder(), temporaryFolder()];
    const names = unpack(zip, ofPage);
    expect(names).toEqual(
      expect.arrayContaining(['run.json', 'tasks.jsonl', 'report.md', 'adapter/adapter_model.safetensors']),
    );
    const from = ['--from', ofPage, '--model', 'public/models/pocket', '--out', again, '--threads', '2'];
    expect((await whittle('specialize', ...from)).code).toBe(0);
    // Where the model lies and which Node it was are not the same.
    for (const name of names.filter((other) => other !== 'run.json'))
      expect(readFileSync(join(again, name)).equals(readFileSync(join(ofPage, name))), name).toBe(true);
  });
});
