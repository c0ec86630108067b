import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter } from '../lora/adapter.ts';
import type { AdapterProvenance } from '../lora/peft.ts';
import { specializationFiles } from '../specialize/artefacts.ts';
import type { Domain } from '../specialize/domain.ts';
import type { SpecializationState } from '../specialize/state.ts';
import { saveAdapter } from './adapterFolder.ts';

/** Writes every artefact of a run: see `specializationFiles`; adapters as PEFT folders, the controls' under their names. */
export async function writeResults(
  out: string,
  state: SpecializationState<Adapter>,
  domain: Domain,
  provenance: AdapterProvenance,
): Promise<void> {
  const files = Object.entries(specializationFiles(state, domain));
  await Promise.all(files.map(([name, text]) => writeFile(join(out, name), text)));
  for (const [name, adapter] of Object.entries(state.adapters)) {
    const folder = name === 'specialized' ? 'adapter' : `adapter-${name}`;
    await saveAdapter(join(out, folder), adapter, provenance);
  }
}
