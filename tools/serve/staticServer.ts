import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { parseByteRange } from './byteRange.ts';
import { noncePlaceholder, securityHeaders } from './securityHeaders.ts';

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/jsonl; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Files below this folder carry their content's hash in their name. */
const hashedFolder = '/assets/';

/**
 * The file that a request path names inside `folder`, or `undefined`: absent, outside, or not decodable. A folder means
 * the page in it.
 */
function fileOf(folder: string, path: string): string | undefined {
  const names = path.startsWith('/') ? [path, `${path}/index.html`] : [];
  const files = names.map((name) => normalize(join(folder, name)));
  const isInside = (file: string) => file.startsWith(normalize(folder + sep)) && !file.includes('\0');
  return files.find((file) => isInside(file) && existsSync(file) && statSync(file).isFile());
}

function decodedPath(url: string | undefined): string {
  try {
    return decodeURIComponent(new URL(url ?? '/', 'http://localhost').pathname);
  } catch {
    return '';
  }
}

type HeadersOf = typeof securityHeaders;

/** A request that a file answers. */
interface Found {
  readonly file: string;
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headersOf: HeadersOf;
}

/** Pages are small and differ in every answer by their nonce, so they are neither cached nor sent in parts. */
function answerPage({ file, path, request, response, headersOf }: Found): void {
  const nonce = randomBytes(16).toString('base64');
  const page = Buffer.from(readFileSync(file, 'utf8').replaceAll(noncePlaceholder, nonce));
  response.writeHead(200, {
    ...headersOf({ path, nonce }),
    'Content-Type': mimeTypes['.html'],
    'Content-Length': page.length,
    'Cache-Control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : page);
}

function answerFile({ file, path, request, response, headersOf }: Found): void {
  const { size, mtimeMs } = statSync(file);
  const etag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;
  const headers = {
    ...headersOf({ path, nonce: randomBytes(16).toString('base64') }),
    'Content-Type': mimeTypes[extname(file)] ?? 'application/octet-stream',
    'Cache-Control': path.startsWith(hashedFolder) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Accept-Ranges': 'bytes',
    ETag: etag,
  };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  const range = parseByteRange(request.headers.range, size);
  if (range === null)
    return void response.writeHead(416, { ...headers, 'Content-Range': `bytes */${size}` }).end();
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Length': end - start + 1,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) return void response.end();
  // A reader that goes away mid-file is ordinary; pipeline closes the file either way.
  pipeline(createReadStream(file, { start, end }), response, () => undefined);
}

/** Answers requests from the files in `folder`, with the headers that the app needs. Reads only: GET and HEAD. */
export function answer(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  headersOf: HeadersOf = securityHeaders,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return void response.writeHead(405, { Allow: 'GET, HEAD' }).end();
  }
  const path = decodedPath(request.url);
  const file = fileOf(folder, path);
  if (!file) {
    const headers = { ...headersOf({ path, nonce: '' }), 'Content-Type': mimeTypes['.txt'] };
    return void response.writeHead(404, headers).end(`There is nothing at ${path}.\n`);
  }
  const answerWith = extname(file) === '.html' ? answerPage : answerFile;
  answerWith({ file, path, request, response, headersOf });
}

interface ListenOptions {
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** Headers that guard an answer; the app's where it is left out. */
  readonly headersOf?: HeadersOf;
}

/** Serves `folder` and resolves once connections are accepted; rejects where the port is taken. */
export function serveFolder(
  folder: string,
  { host = '127.0.0.1', port = 0, headersOf }: ListenOptions = {},
): Promise<Server> {
  const server = createServer((request, response) => answer(folder, request, response, headersOf));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

/** Where a listening server is reached from this machine: an origin that browsers treat as secure. */
export function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server is not listening on a port.');
  return `http://localhost:${address.port}/`;
}
