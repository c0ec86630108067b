import {
  dtypesOf,
  examineModel,
  fetchModel,
  type DtypeChoice,
  type ExaminedModel,
} from '../src/engine/hubModel.ts';
import { defaultMemoryBudget, judgeFit } from '../src/engine/memoryFit.ts';
import { parseDtype } from '../src/engine/dtype.ts';
import { HubClient } from '../src/hub/hubClient.ts';
import { arrangeFiles, importModel } from '../src/hub/localFiles.ts';
import { deleteModel, findModel, listModels, type CachedModel } from '../src/hub/modelCache.ts';
import { parseModelReference } from '../src/hub/modelReference.ts';
import { suggestedModels } from '../src/hub/suggestedModels.ts';
import type { LargeFileStore } from '../src/storage/largeFiles.ts';
import type { DtypeOffer, ModelOffer, StoredModel, TrainingFit } from '../src/workerApi/model.ts';
import type { DownloadApi } from '../src/workerApi/whittleWorkerApi.ts';

/** Models into `store`, one at a time, and what is there. The Hub is at another place where the page says so. */
export function serveDownloads(store: LargeFileStore, held: () => Promise<void>): DownloadApi {
  let client = new HubClient();
  let abort = new AbortController();
  const begin = (): AbortSignal => (abort = new AbortController()).signal;
  return {
    ready(endpoint) {
      if (endpoint !== undefined) client = new HubClient({ endpoint });
      return held();
    },
    suggestions: async () => suggestedModels,
    async examine(text) {
      return offerOf(await examineModel(client, parseModelReference(text), begin()));
    },
    async download({ id, revision, dtype }, onProgress) {
      const reference = { id, revision };
      await fetchModel({ client, store, reference, dtype: parseDtype(dtype), signal: begin(), onProgress });
    },
    async importFiles(files, onProgress) {
      const signal = begin();
      const { id, commit } = await importModel({ model: arrangeFiles(files), store, signal, onProgress });
      return describe((await findModel(store, { id, revision: commit }))!);
    },
    stop: () => abort.abort(new DOMException('The download was stopped.', 'AbortError')),
    stored: async () => (await listModels(store)).map(describe),
    remove: (model) => deleteModel(store, model),
  };
}

function offerOf({ repository, besideWeights, dtypes, ...facts }: ExaminedModel): ModelOffer {
  const { id, revision, commit, license, isGated } = repository;
  const withFit = (choice: DtypeChoice): DtypeOffer =>
    besideWeights === null ? choice : { ...choice, training: fitOf(choice.bytes + besideWeights) };
  return { id, revision, commit, license, isGated, ...facts, dtypes: dtypes.map(withFit) };
}

function fitOf(totalBytes: number): TrainingFit {
  const fit = judgeFit(totalBytes, defaultMemoryBudget);
  const advice = fit === 'fits' ? [] : ['Choose a smaller model, or one with fewer bits.'];
  return { fit, totalBytes, budgetBytes: defaultMemoryBudget, advice };
}

function describe({ id, commit, license, parameters, bytes, variants }: CachedModel): StoredModel {
  return { id, commit, license, parameters, bytes, dtypes: dtypesOf(variants) };
}
