import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter } from '../lora/adapter.ts';
import type { AdapterProvenance } from '../lora/peft.ts';
import { specializationFiles } from '../specialize/artefacts.ts';
import type { Domain } from '../specialize/domain.ts';
import type { SpecializationState } from '../specialize/state.ts';
import { saveAdapter } from './adapterFolder.ts';

/** What a run was: its outcome, what it ran on, and the configuration that would repeat it. */
export interface FinishedRun {
  readonly state: SpecializationState<Adapter>;
  readonly domain: Domain;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly provenance: AdapterProvenance;
}

/** Writes every artefact of a run: see `specializationFiles`; `run.json` with the configuration; adapters as PEFT folders. */
export async function writeRun(
  out: string,
  { state, domain, configuration, provenance }: FinishedRun,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const files = {
    'run.json': `${JSON.stringify(configuration, null, 2)}\n`,
    ...specializationFiles(state, domain),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(out, name), text)));
  const { specialized, seedsOnly } = state.adapters;
  if (specialized) await saveAdapter(join(out, 'adapter'), specialized, provenance);
  if (seedsOnly) await saveAdapter(join(out, 'adapter-seeds-only'), seedsOnly, provenance);
}
