import { requestChannel, watchRequests, type ToldRequest } from '../../workerApi/requests.ts';

/** Tells the requests of this page, of its workers and, as far as the service worker sees them, of its other tabs. */
export function followRequests(tell: (requests: readonly ToldRequest[]) => void): void {
  const channel = new BroadcastChannel(requestChannel);
  channel.addEventListener('message', ({ data }) => tell(data as readonly ToldRequest[]));
  watchRequests(tell);
}
