/** The cache with the files of the app itself, for use without a network. */
export const appCacheName = 'whittle-app';

/** How many bytes of the app itself are stored. */
export async function appBytes(): Promise<number> {
  const cache = await caches.open(appCacheName);
  const answers = await Promise.all((await cache.keys()).map((key) => cache.match(key)));
  return answers.reduce((sum, answer) => sum + Number(answer?.headers.get('Content-Length') ?? 0), 0);
}
