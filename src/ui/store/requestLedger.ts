import type { ToldRequest } from '../../workerApi/requests.ts';

/** A request, put together from all that was told of it. */
export interface SeenRequest extends Omit<ToldRequest, 'source'> {
  readonly sources: readonly ToldRequest['source'][];
}

/** The requests since the page was opened, oldest first, as far as there is room. */
export interface RequestLedger {
  readonly requests: readonly SeenRequest[];
  /** Older ones, no longer listed. */
  readonly dropped: number;
}

export const emptyLedger: RequestLedger = { requests: [], dropped: 0 };

const room = 1000;

export const isRefused = ({ sources }: SeenRequest): boolean => sources.includes('policy');

/**
 * Adds what was told. The one that asks and the service worker each tell a request once, in any order; one of them may
 * miss some (the service worker those from before it was there, the other those of threads that it started), so
 * what one tells is taken for the last that only the other told of, of the same asker and address.
 */
export function addRequests(ledger: RequestLedger, told: readonly ToldRequest[]): RequestLedger {
  const requests = [...ledger.requests];
  for (const { source, ...request } of told) {
    const other = source === 'policy' ? -1 : requests.findLastIndex((seen) => isOther(seen, source, request));
    const seen = requests[other];
    if (seen) requests[other] = merged(seen, source, request);
    else requests.push({ ...request, sources: [source] });
  }
  requests.sort((a, b) => a.at - b.at);
  const excess = Math.max(0, requests.length - room);
  return { requests: requests.slice(excess), dropped: ledger.dropped + excess };
}

const isOther = (
  seen: SeenRequest,
  source: ToldRequest['source'],
  { who, address }: Omit<ToldRequest, 'source'>,
): boolean =>
  seen.who === who && seen.address === address && !seen.sources.includes(source) && !isRefused(seen);

/** Whether an answer lay here, the service worker knows best; its length, only the one that asked. */
function merged(
  seen: SeenRequest,
  source: ToldRequest['source'],
  told: Omit<ToldRequest, 'source'>,
): SeenRequest {
  const [first, second] = source === 'serviceWorker' ? [seen, told] : [told, seen];
  return { ...first, ...second, at: Math.min(seen.at, told.at), sources: [...seen.sources, source] };
}
