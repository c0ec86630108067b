import { downloadModel } from '../hub/downloadModel.ts';
import type { HubClient } from '../hub/hubClient.ts';
import { findModel, type CachedModel } from '../hub/modelCache.ts';
import { describeConfig, type ConfigFacts } from '../hub/modelConfig.ts';
import { missingParts, variantsOf, type ModelVariant } from '../hub/modelFiles.ts';
import { formatReference, type HubReference } from '../hub/modelReference.ts';
import type { DownloadProgress } from '../hub/progress.ts';
import type { Repository } from '../hub/repository.ts';
import type { LargeFileStore } from '../storage/largeFiles.ts';
import { suffixes, type Dtype } from './dtype.ts';
import { trainingObstacle } from './refuseUntrainable.ts';

/** A precision that a model comes in, with what it takes on disk. */
export interface DtypeChoice {
  readonly dtype: Dtype;
  readonly bytes: number;
}

/** What is known of a model on the Hub before any weight is downloaded. */
export interface ExaminedModel extends ConfigFacts {
  readonly repository: Repository;
  readonly dtypes: readonly DtypeChoice[];
}

/** The precisions that Whittle can load, as people name them. Others that a folder may have are left out. */
export function dtypesOf(variants: readonly ModelVariant[]): DtypeChoice[] {
  const known = Object.entries(suffixes) as [Dtype, string][];
  return known.flatMap(([dtype, suffix]) =>
    variants.filter((variant) => variant.suffix === suffix).map(({ bytes }) => ({ dtype, bytes })),
  );
}

/** Asks the Hub about a model. @throws one sentence where there is no such model, or none that can be loaded */
export async function examineModel(
  client: HubClient,
  reference: HubReference,
  signal?: AbortSignal,
): Promise<ExaminedModel> {
  const repository = await client.repository(reference, signal);
  const fault = missingParts(repository.files);
  if (fault)
    throw new Error(
      `${formatReference(reference)} ${fault}, so it cannot be loaded; look for an export of it, often onnx-community/<name>-ONNX.`,
    );
  const facts = describeConfig(await client.text(repository, 'config.json', signal));
  return {
    ...facts,
    obstacle: trainingObstacle(facts),
    parameters: repository.parameters ?? facts.parameters,
    repository,
    dtypes: dtypesOf(variantsOf(repository.files)),
  };
}

export interface ModelFetch {
  readonly client: HubClient;
  readonly store: LargeFileStore;
  readonly reference: HubReference;
  readonly dtype: Dtype;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/**
 * A model in the cache, downloaded where it is not there yet. What is there is used without asking the Hub, so that it
 * works offline and does not change between two runs.
 */
export async function fetchModel(fetching: ModelFetch): Promise<CachedModel> {
  const { client, store, reference, dtype } = fetching;
  const suffix = suffixes[dtype];
  const cached = await findModel(store, reference);
  if (cached?.variants.some((variant) => variant.suffix === suffix)) return cached;
  const { repository, dtypes, obstacle } = await examineModel(client, reference, fetching.signal);
  if (obstacle) throw new Error(obstacle);
  if (!dtypes.some((choice) => choice.dtype === dtype)) throw new Error(lacksDtype(reference, dtype, dtypes));
  await downloadModel({ ...fetching, repository, suffix });
  return (await findModel(store, { ...reference, revision: repository.commit }))!;
}

function lacksDtype(reference: HubReference, dtype: Dtype, dtypes: readonly DtypeChoice[]): string {
  const others = dtypes.map(({ dtype: name, bytes }) => `${name} (${Math.ceil(bytes / 1e6)} MB)`);
  return `${formatReference(reference)} has no ${dtype}; it has ${others.join(', ')}.`;
}
