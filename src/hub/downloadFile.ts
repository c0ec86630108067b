import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { LargeFileStore } from '../storage/largeFiles.ts';
import type { HubClient } from './hubClient.ts';
import type { HubFile, Repository } from './repository.ts';

export interface FileDownload {
  readonly client: HubClient;
  readonly repository: Repository;
  readonly file: HubFile;
  readonly store: LargeFileStore;
  /** What the file is called in the store once it is whole. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** Gets the bytes that are there; fewer than before where the server made us begin again. */
  readonly onBytes?: (bytes: number) => void;
}

/** Takes its bytes in pieces: the browser's own digest wants all at once, which a file of weights does not fit. */
type Sha256 = ReturnType<typeof sha256.create>;

/** What is remembered beside a file that is not whole yet. */
interface PartNote {
  readonly etag: string | null;
  readonly size: number;
}

/** Ends the name of a file that is not whole yet; beside it lies a note under the same name and `.json`. */
const unfinished = '.part';

export const isUnfinished = (name: string): boolean =>
  name.endsWith(unfinished) || name.endsWith(`${unfinished}.json`);

/**
 * Downloads one file, from where an earlier attempt stopped if the server allows it. The bytes come to lie under
 * `name` only after their length and, where the Hub gives one, their hash were found right.
 */
export async function downloadFile(download: FileDownload): Promise<void> {
  const { file, store, name, onBytes } = download;
  if ((await store.size(name)) === file.size) return onBytes?.(file.size);
  const part = name + unfinished;
  await fetchWhole(download, part);
  await store.move(part, name);
  if (canResume(file)) await store.delete(`${part}.json`);
}

/** Tries until the part is whole; only attempts that brought nothing count against the patience. */
async function fetchWhole(download: FileDownload, part: string): Promise<void> {
  const { client, file, store, signal } = download;
  for (let attempt = 0; ;) {
    const before = (await store.size(part)) ?? 0;
    const outcome = await fetchMore(download, part);
    if (outcome === 'whole') return;
    const isFurther = ((await store.size(part)) ?? 0) > before;
    attempt = isFurther ? 0 : attempt + 1;
    if (!(await client.pause(attempt, signal)))
      throw client.unreachable(outcome ?? new Error(`${file.path} ended too early.`));
  }
}

/** One request for the bytes that are still missing. Returns 'whole', or what cut it short. */
async function fetchMore(download: FileDownload, part: string): Promise<unknown> {
  const { client, repository, file, store, signal } = download;
  const { from, note } = await resumePoint(store, part, file);
  const subject = { id: repository.id, revision: repository.commit, path: file.path };
  const headers: Record<string, string> = from > 0 ? { Range: `bytes=${from}-` } : {};
  const response = await client.file(subject, { signal, headers });
  const start = continuesAt(response, from, note, file) ? from : 0;
  if (start === 0 && response.status !== 200) {
    await response.body?.cancel();
    await store.delete(part);
    return new Error(`${file.path} cannot be continued.`);
  }
  const etag = response.headers.get('ETag');
  if (start === 0 && canResume(file)) await store.write(`${part}.json`, encode({ etag, size: file.size }));
  const hash = await hashOfStart(store, part, start);
  const cut = await receive(download, response, part, start, hash);
  if (cut !== null) return cut;
  await verify(download, part, hash, etag);
  return 'whole';
}

/**
 * Files that the Hub keeps in Git are small and may travel compressed, in which case a range would count other bytes;
 * they begin again.
 */
const canResume = ({ gitHash }: HubFile): boolean => gitHash === undefined;

/** Where to go on, and what was noted when the part was begun. */
async function resumePoint(store: LargeFileStore, part: string, file: HubFile) {
  if (!canResume(file)) return { from: 0, note: null };
  const [size, noted] = [(await store.size(part)) ?? 0, await store.read(`${part}.json`)];
  const note = noted && decode(noted);
  const isUsable = note?.size === file.size && size < file.size;
  return { from: isUsable ? size : 0, note };
}

/**
 * Whether an answer goes on exactly where the stored part ends. This does the work of `If-Range`, which browsers do
 * not send to another host without asking it first, and storage hosts need not allow.
 */
function continuesAt(response: Response, from: number, note: PartNote | null, file: HubFile): boolean {
  if (response.status !== 206 || from === 0) return false;
  const range = response.headers.get('Content-Range');
  const etag = response.headers.get('ETag');
  const isSameFile = !etag || !note?.etag || etag === note.etag;
  return isSameFile && (range === null || range === `bytes ${from}-${file.size - 1}/${file.size}`);
}

async function hashOfStart(store: LargeFileStore, part: string, start: number): Promise<Sha256> {
  const hash = sha256.create();
  if (start > 0) for await (const piece of store.pieces(part)) hash.update(piece);
  return hash;
}

/** Writes a body away as it arrives. Returns null when the file is whole, else what cut the body short. */
async function receive(
  { file, store, signal, onBytes, repository }: FileDownload,
  response: Response,
  part: string,
  start: number,
  hash: Sha256,
): Promise<Error | null> {
  const writer = await store.append(part, start);
  const reader = response.body!.getReader();
  let bytes = start;
  onBytes?.(bytes);
  try {
    for (;;) {
      const next = await reader.read().catch((error: unknown) => error as Error);
      signal?.throwIfAborted();
      if (next instanceof Error) return next;
      if (next.done) break;
      await writer.write(next.value);
      hash.update(next.value);
      bytes += next.value.length;
      onBytes?.(bytes);
      if (bytes > file.size) break;
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw isFull(error) ? fullDisk(repository, error) : error;
  } finally {
    await writer.close();
  }
  if (bytes > file.size)
    return refuse(store, part, `${file.path} of ${repository.id} is longer than the Hub says`);
  return bytes < file.size ? new Error(`${file.path} ended after ${bytes} of ${file.size} bytes.`) : null;
}

/** Compares the whole part with the hash that the Hub lists, or else gives as the file's tag. */
async function verify(
  { file, store, repository }: FileDownload,
  part: string,
  hash: Sha256,
  etag: string | null,
) {
  const tag = /^(?:W\/)?"?([0-9a-f]+)"?$/.exec(etag ?? '')?.[1];
  const expected = file.sha256 ?? (file.gitHash === undefined && tag?.length === 64 ? tag : undefined);
  const isRight =
    (expected === undefined || bytesToHex(hash.digest()) === expected) &&
    (file.gitHash === undefined || (await gitHash(store, part, file.size)) === file.gitHash);
  if (!isRight)
    await refuse(
      store,
      part,
      `${file.path} of ${repository.id} does not match the hash that the Hub gives for it`,
    );
}

async function refuse(store: LargeFileStore, part: string, fault: string): Promise<never> {
  await store.delete(part);
  await store.delete(`${part}.json`);
  throw new Error(`${fault}; it was damaged on the way. Download it again.`);
}

/** Git's name for a file's bytes: SHA-1 over a header and them. Such files are small. */
async function gitHash(store: LargeFileStore, part: string, size: number): Promise<string> {
  const header = new TextEncoder().encode(`blob ${size}\0`);
  const bytes = new Uint8Array(header.length + size);
  bytes.set(header);
  bytes.set((await store.read(part))!, header.length);
  const digest = await crypto.subtle.digest('SHA-1', bytes);
  return bytesToHex(new Uint8Array(digest));
}

const encode = (note: PartNote): Uint8Array => new TextEncoder().encode(JSON.stringify(note));

function decode(bytes: Uint8Array): PartNote | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as PartNote;
  } catch {
    return null;
  }
}

/** A browser's quota, or under Node the file system. */
const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'QuotaExceededError' ||
    ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')));

const fullDisk = ({ id }: Repository, cause: unknown): Error =>
  new Error(
    `There is no room left to store ${id}; delete other models or free some disk space. What was downloaded is kept.`,
    {
      cause,
    },
  );
