/** The files of one version of the app: their SHA-256 in base64, by path below `root`. */
export interface AppFiles {
  readonly hashes: Readonly<Record<string, string>>;
  /** Address of the app's folder; ends with a slash. */
  readonly root: string;
}

const page = 'index.html';
const isPage = (path: string): boolean => path.endsWith(page);

// A file is kept under its content: versions share what they have in common, an install that breaks off goes on later,
// and a version that waits changes nothing for the one in use.
const keyOf = ({ hashes, root }: AppFiles, path: string): string =>
  `${root}${path}?sha256=${encodeURIComponent(hashes[path] ?? '')}`;

/**
 * The file that an address means, as the server understands it: `null` where the app has none of that name in a folder
 * that is all its own (models may lack files that are asked for), `undefined` where the address is none of the app's.
 */
export function pathOf({ hashes, root }: AppFiles, address: string): string | null | undefined {
  const { origin, pathname } = new URL(address);
  if (!(origin + pathname).startsWith(root)) return undefined;
  const path = (origin + pathname).slice(root.length);
  const folder = /^[^/]+\//.exec(path)?.[0];
  const isOwn = folder !== undefined && Object.keys(hashes).some((name) => name.startsWith(folder));
  const asFolder = `${path.replace(/\/$/, '')}/${page}`.replace(/^\//, '');
  return [path, asFolder].find((name) => Object.hasOwn(hashes, name)) ?? (isOwn ? null : undefined);
}

/** Fetches and keeps every file that `cache` lacks. @throws where one is absent or another than was built */
export async function keepFiles(files: AppFiles, cache: Cache, ask: typeof fetch): Promise<void> {
  for (const path of Object.keys(files.hashes)) {
    const key = keyOf(files, path);
    if (await cache.match(key)) continue;
    // The server writes a nonce of its own into each page, so the browser cannot compare that with what was built.
    const integrity = isPage(path) ? '' : `sha256-${files.hashes[path]}`;
    const address = files.root + (isPage(path) ? path.slice(0, -page.length) : path);
    const answer = await ask(address, { cache: 'no-cache', integrity });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}, so the app is not kept.`);
    await cache.put(key, answer);
  }
}

/** Deletes what only other versions have. */
export async function dropOthers(files: AppFiles, cache: Cache): Promise<void> {
  const own = new Set(Object.keys(files.hashes).map((path) => keyOf(files, path)));
  const others = (await cache.keys()).filter(({ url }) => !own.has(url));
  await Promise.all(others.map((key) => cache.delete(key)));
}

/** The answer that is kept, with the headers that came with it: policy and nonce of a page belong together. */
export const keptAnswer = (files: AppFiles, cache: Cache, path: string): Promise<Response | undefined> =>
  cache.match(keyOf(files, path));
