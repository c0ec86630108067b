import { createServer } from 'node:http';
import { addressOf } from '../../tools/serve/staticServer.ts';

/** A proxy for a browser that notes where it wants to go and lets nothing through. */
export interface RefusingProxy {
  /** Everything asked for so far: pages, workers, service workers and the browser alike cannot go past it. */
  readonly asked: string[];
  /** The browser's option; it goes to this machine itself without a proxy. */
  readonly flag: string;
  close(): void;
}

/**
 * What Chromium asks its maker for by itself, whatever page is open. Should a page ask there, Playwright notices it.
 */
const askedByTheBrowser = /^(?:https?:\/\/)?[^/:]+\.(?:google|googleapis|gvt1)\.com(?:[:/]|$)/;

/** @param note is told of each address at once */
export async function startRefusingProxy(note: (address: string) => void): Promise<RefusingProxy> {
  const asked: string[] = [];
  const take = (address: string): void => {
    if (askedByTheBrowser.test(address)) return;
    asked.push(address);
    note(address);
  };
  const proxy = createServer((request, response) => {
    take(request.url ?? '');
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    take(`https://${request.url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const flag = `--proxy-server=127.0.0.1:${new URL(addressOf(proxy)).port}`;
  return { asked, flag, close: () => void proxy.close() };
}
