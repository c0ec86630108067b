import { isJsonObject } from '../jsonValue.ts';
import type { LargeFileStore } from '../storage/largeFiles.ts';
import { isUnfinished } from './downloadFile.ts';
import { variantsOf, type ListedFile, type ModelVariant } from './modelFiles.ts';
import type { HubReference } from './modelReference.ts';

/** What is known of a model whose files are, or are about to be, in the cache. */
export interface ModelRecord {
  readonly id: string;
  readonly commit: string;
  /** The branches and tags by which it was asked for. */
  readonly revisions: readonly string[];
  readonly license: string | null;
  readonly parameters: number | null;
  /** Everything in the repository, stored here or not. */
  readonly files: readonly ListedFile[];
  /** When a part of it was last downloaded, in milliseconds since 1970. */
  readonly storedAt: number;
}

/** A model in the cache. */
export interface CachedModel extends ModelRecord {
  /** Where its files are in the store, without a slash at the end. */
  readonly folder: string;
  /** Bytes stored, unfinished downloads included. */
  readonly bytes: number;
  /** The precisions that are stored whole. */
  readonly variants: readonly ModelVariant[];
}

const root = 'models/';
const recordFile = 'whittle.json';

/** Where a model's files are kept; each commit has a folder of its own. */
export const folderOf = (id: string, commit: string): string => `${root}${id}/${commit}`;

/** Everything in the cache, newest first. */
export async function listModels(store: LargeFileStore): Promise<CachedModel[]> {
  const stored = await store.list(root);
  const records = stored.filter(({ name }) => name.endsWith(`/${recordFile}`));
  const models = await Promise.all(
    records.map(async ({ name }) => {
      const record = await readRecord(store, name);
      return record && describe(record, name.slice(0, -recordFile.length - 1), stored);
    }),
  );
  return models.filter((model) => model !== null).sort((a, b) => b.storedAt - a.storedAt);
}

/** The stored model that a reference names by branch, tag or (the beginning of) a commit; null where there is none. */
export async function findModel(
  store: LargeFileStore,
  { id, revision }: HubReference,
): Promise<CachedModel | null> {
  const isMeant = ({ commit, revisions }: CachedModel): boolean =>
    revisions.includes(revision) || (revision.length >= 7 && commit.startsWith(revision));
  return (await listModels(store)).find((model) => model.id === id && isMeant(model)) ?? null;
}

/** Notes a model before its first file is stored, or another revision of one that is stored. */
export async function recordModel(
  store: LargeFileStore,
  model: Omit<ModelRecord, 'revisions' | 'storedAt'> & { readonly revision: string },
  storedAt: number,
): Promise<string> {
  const { revision, ...rest } = model;
  const folder = folderOf(model.id, model.commit);
  const earlier = await readRecord(store, `${folder}/${recordFile}`);
  const revisions = [...new Set([...(earlier?.revisions ?? []), revision])];
  const files = model.files.map(({ path, size }) => ({ path, size }));
  const record: ModelRecord = { ...rest, files, revisions, storedAt };
  await store.write(`${folder}/${recordFile}`, new TextEncoder().encode(JSON.stringify(record)));
  return folder;
}

/** Deletes a model with every precision of it, and what is left of unfinished downloads. */
export async function deleteModel(
  store: LargeFileStore,
  { id, commit }: Pick<CachedModel, 'id' | 'commit'>,
): Promise<void> {
  await store.delete(`${folderOf(id, commit)}/`);
}

async function readRecord(store: LargeFileStore, name: string): Promise<ModelRecord | null> {
  const bytes = await store.read(name);
  if (!bytes) return null;
  try {
    const record: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(record) ? record : null;
  } catch {
    return null;
  }
}

/** A damaged note must not hide the other models; its own files count as not stored. */
function isRecord(value: unknown): value is ModelRecord {
  if (!isJsonObject(value)) return false;
  const { id, commit, revisions, license, parameters, files, storedAt } = value;
  const isListed = (file: unknown) =>
    isJsonObject(file) && typeof file['path'] === 'string' && typeof file['size'] === 'number';
  return (
    typeof id === 'string' &&
    typeof commit === 'string' &&
    Array.isArray(revisions) &&
    revisions.every((revision) => typeof revision === 'string') &&
    (license === null || typeof license === 'string') &&
    (parameters === null || typeof parameters === 'number') &&
    Array.isArray(files) &&
    files.every(isListed) &&
    typeof storedAt === 'number'
  );
}

function describe(
  record: ModelRecord,
  folder: string,
  stored: readonly { name: string; size: number }[],
): CachedModel {
  const own = stored.filter(({ name }) => name.startsWith(`${folder}/`));
  const sizes = new Map(own.filter(({ name }) => !isUnfinished(name)).map(({ name, size }) => [name, size]));
  const isStored = ({ path, size }: ListedFile): boolean => sizes.get(`${folder}/${path}`) === size;
  return {
    ...record,
    folder,
    bytes: own.reduce((sum, { size }) => sum + size, 0),
    variants: variantsOf(record.files).filter(({ files }) => files.every(isStored)),
  };
}
