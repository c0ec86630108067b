import { suffixes, parseDtype } from '../src/engine/dtype.ts';
import { modelFolderAt, modelFolderOf, type ModelFolder } from '../src/engine/modelFolder.ts';
import { findModel } from '../src/hub/modelCache.ts';
import { opfsLargeFiles } from '../src/storage/opfsLargeFiles.ts';
import { modelsRoot } from '../src/storage/roots.ts';
import { modelTitle, pocketModel, type ModelReference } from '../src/workerApi/model.ts';

/**
 * The folder of a model: below `modelsUrl` for the one that comes with the page, else in this browser's storage, where
 * weights stay on disk until a session reads them. @throws when it is not stored here
 */
export async function openModelFolder(modelsUrl: string, reference: ModelReference): Promise<ModelFolder> {
  if (reference.id === pocketModel.id) return modelFolderAt(modelsUrl + reference.id);
  const { id, revision, dtype } = reference;
  const store = opfsLargeFiles(modelsRoot);
  const found = await findModel(store, { id, revision });
  if (!found?.variants.some(({ suffix }) => suffix === suffixes[parseDtype(dtype)]))
    throw new Error(`${modelTitle(reference)} is not stored in this browser; download it on the Start page.`);
  return modelFolderOf(id, found.commit, (path) => store.blob(`${found.folder}/${path}`));
}
