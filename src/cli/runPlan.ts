import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterSettings } from '../engine/adapterSettings.ts';
import type { AdapterProvenance } from '../lora/peft.ts';
import { checkDomain, type Domain } from '../specialize/domain.ts';
import type { SourceDocument } from '../specialize/retrieve.ts';
import { resolveSettings, type SpecializeSettings } from '../specialize/settings.ts';
import { readInputFile } from './files.ts';

/** All that decides what a run comes to; on the CPU to the last bit. */
export interface RunPlan {
  /** Folder or id, as it was given. */
  readonly model: string;
  readonly dtype: string;
  readonly device: string;
  readonly settings: SpecializeSettings;
  readonly adapter: AdapterSettings;
  readonly domain: Domain;
  readonly documents: readonly SourceDocument[];
}

/** What is noted beside it, for whoever wonders where another result comes from. */
export interface RunNotes {
  readonly trainedOn: AdapterProvenance['trainedOn'];
  readonly versions: Readonly<Record<string, string>>;
}

const files = { run: 'run.json', domain: 'domain.json', documents: 'documents.json' } as const;

/** Writes a plan into a run's folder before anything is done: what `--from` and `--resume` read. */
export async function writeRunPlan(
  out: string,
  { domain, documents, ...configuration }: RunPlan,
  notes: RunNotes,
): Promise<void> {
  const contents = {
    [files.run]: { ...configuration, ...notes, domain: domain.name },
    [files.domain]: domain,
    [files.documents]: documents,
  };
  const writes = Object.entries(contents).map(([name, value]) =>
    writeFile(join(out, name), `${JSON.stringify(value, null, 2)}\n`),
  );
  await Promise.all(writes);
}

/** The plan of an earlier run. @throws naming the file that is missing or damaged */
export async function readRunPlan(folder: string): Promise<RunPlan> {
  if (!existsSync(join(folder, files.run)))
    throw new Error(`${folder} holds no ${files.run}; give the folder that a specialize run wrote.`);
  const { model, dtype, device, settings, adapter } = (await readJson(folder, files.run)) as RunPlan;
  if (![model, dtype, device].every((value) => typeof value === 'string') || !settings || !adapter)
    throw new Error(
      `${join(folder, files.run)} lacks its model, settings or adapter: it is of another version or was changed.`,
    );
  const domain = checkDomain(await readJson(folder, files.domain));
  const documents = (await readJson(folder, files.documents)) as SourceDocument[];
  return { model, dtype, device, settings: resolveSettings(settings), adapter, domain, documents };
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  try {
    return JSON.parse(await readInputFile(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${path} is damaged: ${error.message}.`, { cause: error });
  }
}

/** Of Whittle, of what it computes with, and of Node. */
export async function readVersions(): Promise<Record<string, string>> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version, dependencies } = JSON.parse(text) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const named = ['onnxruntime-node', 'onnxruntime-web', '@huggingface/transformers'];
  const used = named.map((name) => [name, dependencies[name] ?? '?'] as const);
  return { whittle: version, node: process.versions.node, ...Object.fromEntries(used) };
}
