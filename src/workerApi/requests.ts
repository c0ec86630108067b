/** A request as one of those tells it who notice it. */
export interface ToldRequest {
  /** The one that asked, by its own timing; the service worker, which answers or lets it pass; the policy, which refused it. */
  readonly source: 'timing' | 'serviceWorker' | 'policy';
  /** Who asked, in words. */
  readonly who: string;
  /** Without what follows a question mark: keys and signatures stand there. */
  readonly address: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** Absent where it was not noticed. */
  readonly method?: string;
  /** Length of the answer; absent where the browser does not say. */
  readonly bytes?: number;
  /** Whether the answer lay in this browser, so that nothing was sent. */
  readonly isFromHere?: boolean;
}

/** Where workers tell their requests to the pages of their origin. */
export const requestChannel = 'whittle-requests';

/** "https://hub/a/b?key=1#c" → "https://hub/a/b?…" */
export function plainAddress(address: string): string {
  const { origin, pathname, search } = new URL(address);
  return origin + pathname + (search ? '?…' : '');
}

/** Who runs the script, or is the page, at an address. */
export function nameOf(address: string): string {
  const { pathname } = new URL(address);
  const [, kind] = /([A-Za-z]+)\.worker/.exec(pathname) ?? [];
  if (kind) return `${kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} worker`;
  if (/serviceWorker\.[jt]s$/.test(pathname)) return 'service worker';
  return /\.m?js$/.test(pathname) ? 'thread of onnxruntime' : 'page';
}

const isRequest = (address: string): boolean => /^(https?|wss?):/.test(address);

/** What asks for something by itself and never sends anything along; the others may use any method. */
const mayUseAnyMethod = new Set(['fetch', 'xmlhttprequest', 'beacon']);

function toldOf(entry: PerformanceResourceTiming, who: string): ToldRequest {
  const { name, initiatorType, startTime, encodedBodySize, transferSize } = entry;
  const isKnown = encodedBodySize > 0;
  return {
    ...{ source: 'timing', who, address: plainAddress(name), at: performance.timeOrigin + startTime },
    ...(!mayUseAnyMethod.has(initiatorType) && { method: 'GET' }),
    ...(isKnown && { bytes: encodedBodySize, isFromHere: transferSize === 0 }),
  };
}

/**
 * Tells every request of the page or worker that this runs in, also those from before the call, and what its policy
 * refused. To be called once, early.
 */
export function watchRequests(tell: (requests: readonly ToldRequest[]) => void): void {
  const who = nameOf(self.location.href);
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as PerformanceResourceTiming[];
    tell(entries.filter(({ name }) => isRequest(name)).map((entry) => toldOf(entry, who)));
  });
  observer.observe({ type: 'resource', buffered: true });
  if ('document' in globalThis) observer.observe({ type: 'navigation', buffered: true });
  self.addEventListener('securitypolicyviolation', ({ blockedURI, timeStamp }) => {
    const at = performance.timeOrigin + timeStamp;
    if (isRequest(blockedURI)) tell([{ source: 'policy', who, address: plainAddress(blockedURI), at }]);
  });
}

/** Within a worker: tells its requests to every page that listens. */
export function tellRequests(): void {
  const channel = new BroadcastChannel(requestChannel);
  watchRequests((requests) => channel.postMessage(requests));
}
