import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parseByteRange } from '../../tools/serve/byteRange.ts';
import { addressOf } from '../../tools/serve/staticServer.ts';

export type RepositoryFiles = Readonly<Record<string, Uint8Array>>;

/** How a server misbehaves; everything can be changed between requests. */
export interface Faults {
  /** Answers whole files to requests for a part. */
  ignoresRanges: boolean;
  /** Cuts the connection of a large file after so many bytes, so many times. */
  cutAfter: number;
  cuts: number;
  /** Changes a byte of every large file. */
  damages: boolean;
  /** Answers so many requests for files with this status first. */
  refusals: number;
  refusalStatus: number;
  /** Answers every request with this error code of the Hub. */
  errorCode: string | null;
  /** Milliseconds between pieces of 16 KiB of a large file. */
  pause: number;
}

/** A request that arrived. */
interface Seen {
  readonly path: string;
  readonly range: string | undefined;
}

export interface HubServer {
  /** The endpoint, without a slash at the end. */
  readonly endpoint: string;
  readonly faults: Faults;
  readonly seen: Seen[];
  readonly commit: string;
  close(): Promise<void>;
}

const commit = '0123456789abcdef0123456789abcdef01234567';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const gitHash = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** The Hub keeps weights, and whatever is large, apart from Git. */
const isLarge = (path: string): boolean => path.includes('.onnx') || path === 'tokenizer.json';

export const noFaults = (): Faults => ({
  ...{ ignoresRanges: false, cutAfter: Infinity, cuts: 0, damages: false, refusals: 0, refusalStatus: 503 },
  ...{ errorCode: null, pause: 0 },
});

/**
 * A server with the Hub's paths for one model: its description, and `resolve` addresses, of which those of large files
 * redirect to a second server, as the Hub does to its storage.
 */
export async function startHub(id: string, files: RepositoryFiles, card: object = {}): Promise<HubServer> {
  const faults = noFaults();
  const seen: Seen[] = [];
  const storage = await listen((request, response) => {
    seen.push({ path: request.url ?? '', range: request.headers.range });
    void sendLarge(files[decodeURIComponent(request.url ?? '').slice(1)]!, faults, request, response);
  });
  const answer = answerAs(id, files, card, faults, addressOf(storage).replace('localhost', '127.0.0.1'));
  const hub = await listen((request, response) => {
    seen.push({ path: request.url ?? '', range: request.headers.range });
    answer(request.url ?? '', response);
  });
  return {
    endpoint: addressOf(hub).replace(/\/$/, ''),
    faults,
    seen,
    commit,
    close: async () => void (await Promise.all([hub, storage].map(end))),
  };
}

/** Answers a request as the Hub does; large files are to be had at `storage`. */
export function answerAs(
  id: string,
  files: RepositoryFiles,
  card: object,
  faults: Faults,
  storage: string,
): (url: string, response: ServerResponse) => void {
  return (url, response) => {
    const path = new URL(url, 'http://hub').pathname;
    const fail = (status: number, code: string) =>
      void response.writeHead(status, { 'X-Error-Code': code }).end();
    if (faults.errorCode) return fail(faults.errorCode === 'GatedRepo' ? 403 : 404, faults.errorCode);
    const about = new RegExp(`^/api/models/${id}/revision/(.+)$`).exec(path);
    const file = new RegExp(`^/${id}/resolve/([^/]+)/(.+)$`).exec(path);
    const revision = about?.[1] ?? file?.[1];
    if (!revision) return fail(401, 'RepoNotFound');
    if (revision !== 'main' && revision !== commit) return fail(404, 'RevisionNotFound');
    if (about) return void response.end(JSON.stringify(describe(files, card)));
    if (faults.refusals-- > 0) return void response.writeHead(faults.refusalStatus).end();
    const name = decodeURIComponent(file![2]!);
    const bytes = files[name];
    if (!bytes) return fail(404, 'EntryNotFound');
    if (isLarge(name)) return void response.writeHead(302, { Location: storage + name }).end();
    response.writeHead(200, { ETag: `"${gitHash(bytes)}"`, 'Content-Length': bytes.length }).end(bytes);
  };
}

function describe(files: RepositoryFiles, card: object) {
  const siblings = Object.entries(files).map(([rfilename, bytes]) => ({
    rfilename,
    size: bytes.length,
    blobId: gitHash(bytes),
    ...(isLarge(rfilename) && { lfs: { sha256: sha256(bytes), size: bytes.length } }),
  }));
  return { sha: commit, siblings, tags: ['license:apache-2.0'], gated: false, ...card };
}

/** Sends a large file or a part of it, with the faults that are set. */
export async function sendLarge(
  bytes: Uint8Array,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = faults.ignoresRanges ? undefined : parseByteRange(request.headers.range, bytes.length);
  if (range === null) return void response.writeHead(416).end();
  const { start, end } = range ?? { start: 0, end: bytes.length - 1 };
  const body = bytes.slice(start, end + 1);
  if (faults.damages) body[0]! ^= 1;
  response.writeHead(range ? 206 : 200, {
    ETag: `"${sha256(bytes)}"`,
    'Content-Length': body.length,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${bytes.length}` }),
  });
  const sent = faults.cuts-- > 0 ? body.subarray(0, faults.cutAfter) : body;
  for (let at = 0; at < sent.length && !response.destroyed; at += 16384) {
    if (faults.pause > 0) await new Promise((resolve) => setTimeout(resolve, faults.pause));
    await new Promise((resolve) => response.write(sent.subarray(at, at + 16384), resolve));
  }
  if (sent.length < body.length) response.destroy();
  else response.end();
}

function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answer);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function end(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
