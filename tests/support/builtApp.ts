import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { buildWhereStale, builtFolder } from '../../tools/serve/buildApp.ts';
import { addressOf, serveFolder } from '../../tools/serve/staticServer.ts';
import { chromiumFlags, findChromium } from '../../tools/testing/findChromium.ts';
import { startRefusingProxy } from './refusingProxy.ts';

/** A browser without WebGPU, in which the app runs on WASM; much faster than a GPU in software. */
export const flagsWithoutWebGpu = [
  ...chromiumFlags.filter((flag) => !flag.includes('webgpu')),
  '--disable-gpu',
];

/** For `describe.skipIf(!hasChromium)`, so that a machine without a browser shows the tests as skipped. */
export const hasChromium = findChromium() !== undefined;

/** A page together with everything about it that ought not to happen. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors, uncaught errors and refusals by the Content-Security-Policy, in order. */
  readonly complaints: string[];
  /** Addresses outside the app's own origin that were asked for, by the page or anyone else in its browser. */
  readonly foreignRequests: readonly string[];
}

/** A served app and a browser in front of it; dispose with `close()`. */
export interface ServedApp {
  /** Ends with a slash. */
  readonly address: string;
  /** Other machines that the browser wanted to reach, whoever in it did; it reached none. */
  readonly reachedFor: readonly string[];
  open(path?: string): Promise<WatchedPage>;
  close(): Promise<void>;
}

async function openWatched(
  browser: Browser,
  address: string,
  path: string,
  foreignRequests: string[],
): Promise<WatchedPage> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) foreignRequests.push(url);
  });
  await page.goto(new URL(path, address).href);
  return { page, complaints, foreignRequests };
}

/** A browser in front of `address`; `stop` ends what answers there. */
export async function browse(
  address: string,
  stop: () => Promise<unknown>,
  flags = chromiumFlags,
): Promise<ServedApp> {
  const watching: string[][] = [];
  // What Playwright does not notice, the proxy does.
  const proxy = await startRefusingProxy((asked) => watching.forEach((requests) => requests.push(asked)));
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...flags, proxy.flag] });
  return {
    address,
    reachedFor: proxy.asked,
    open(path = '') {
      const foreignRequests: string[] = [];
      watching.push(foreignRequests);
      return openWatched(browser, address, path, foreignRequests);
    },
    async close() {
      await browser.close();
      proxy.close();
      await stop();
    },
  };
}

/** Serves a folder as `npm start` does and starts a browser. */
export async function serveInBrowser(folder: string, flags = chromiumFlags): Promise<ServedApp> {
  const server = await serveFolder(folder);
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return browse(addressOf(server), stop, flags);
}

/** The app itself, built where that is needed. */
export async function startApp(flags = chromiumFlags): Promise<ServedApp> {
  await buildWhereStale();
  return serveInBrowser(builtFolder, flags);
}

const minutes = 60_000;

/** For `describe`: models take their time, and machines with two cores more of it. */
export const patient = { timeout: 12 * minutes };

/** The app on the processor: a GPU in software takes more than ten times as long. */
export const onWasm = (): Promise<ServedApp> => startApp(flagsWithoutWebGpu);

/** The app with WebGPU, which is one in software where there is no graphics card. */
export const onWebGpu = (): Promise<ServedApp> => startApp();

/** Within `describe`: starts what is tested before its tests and ends it after them; each page opens at `path`. */
export function openPages(start: () => Promise<ServedApp>): (path?: string) => Promise<WatchedPage> {
  let app: ServedApp;
  beforeAll(async () => {
    app = await start();
  }, 10 * minutes);
  afterAll(() => app?.close());
  return async (path) => {
    const visit = await app.open(path);
    visit.page.setDefaultTimeout(4 * minutes);
    return visit;
  };
}
