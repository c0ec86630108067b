import type { AdapterProvenance } from '../lora/peft.ts';
import { checkDomain, type Domain } from '../specialize/domain.ts';
import type { SourceDocument } from '../specialize/retrieve.ts';
import { completeEarlierSettings } from '../specialize/resolveSettings.ts';
import type { SpecializeSettings } from '../specialize/settings.ts';
import type { AdapterSettings } from './adapterSettings.ts';

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

/** The files of a run's folder that say how to repeat it. */
export const planFileNames = {
  run: 'run.json',
  domain: 'domain.json',
  documents: 'documents.json',
} as const;

/** A plan as files, by name. */
export function planFiles(
  { domain, documents, ...configuration }: RunPlan,
  notes: RunNotes,
): Record<string, string> {
  const contents = {
    [planFileNames.run]: { ...configuration, ...notes, domain: domain.name },
    [planFileNames.domain]: domain,
    [planFileNames.documents]: documents,
  };
  const texts = Object.entries(contents).map(([name, value]) => [
    name,
    `${JSON.stringify(value, null, 2)}\n`,
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}

/** A plan from the parsed contents of its files. @throws naming the file that lacks something */
export function planFrom(contents: Readonly<Record<keyof typeof planFileNames, unknown>>): RunPlan {
  const { model, dtype, device, settings, adapter } = contents.run as RunPlan;
  if (![model, dtype, device].every((value) => typeof value === 'string') || !settings || !adapter)
    throw new Error(
      `${planFileNames.run} lacks its model, settings or adapter: it is of another version or was changed.`,
    );
  return {
    ...{ model, dtype, device },
    settings: completeEarlierSettings(settings),
    adapter,
    domain: checkDomain(contents.domain),
    documents: contents.documents as SourceDocument[],
  };
}

/** The versions of Whittle and of what it computes with, from the contents of its package.json. */
export function versionsIn(packageJson: {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}): Record<string, string> {
  const named = ['onnxruntime-node', 'onnxruntime-web', '@huggingface/transformers'];
  const used = named.map((name) => [name, packageJson.dependencies[name] ?? '?'] as const);
  return { whittle: packageJson.version, ...Object.fromEntries(used) };
}
