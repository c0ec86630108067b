// In a cache, since that is what page and service worker can both read.
const place = 'whittle-seal';
const mark = '/sealed';

/** Whether nothing but the page's own server may be reached. */
export const isSealed = async (): Promise<boolean> =>
  (await (await caches.open(place)).match(mark)) !== undefined;

/** Seals, or lifts the seal, in all tabs and for good. */
export async function setSealed(isOn: boolean): Promise<void> {
  const cache = await caches.open(place);
  await (isOn ? cache.put(mark, new Response('')) : cache.delete(mark));
  const channel = new BroadcastChannel(place);
  channel.postMessage(isOn);
  channel.close();
}

/** Calls `listener` whenever another tab seals or lifts the seal. */
export function followSeal(listener: (isOn: boolean) => void): void {
  new BroadcastChannel(place).addEventListener('message', ({ data }) => listener(data === true));
}
