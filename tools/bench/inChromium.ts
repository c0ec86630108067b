import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { build } from 'vite';
import { repository } from '../serve/buildApp.ts';
import { isolationHeaders } from '../serve/securityHeaders.ts';
import { addressOf, serveFolder } from '../serve/staticServer.ts';
import { chromiumFlags, findChromium } from '../testing/findChromium.ts';

/** Chromium in front of the benchmark's page. */
export interface BenchBrowser {
  readonly version: string;
  /** A page of its own; `benchPage` is there, and models are served by the names of their folders. */
  open(): Promise<Page>;
  close(): Promise<void>;
}

export interface PageOptions {
  /** The folder of the page's sources, from the repository's root. */
  readonly source?: string;
  /** Under the app's Content-Security-Policy; other libraries start workers from memory, which it forbids. */
  readonly isGuarded?: boolean;
}

/** The address of a model's folder in the page. */
export const servedModel = (folder: string): string => `/models/${basename(folder)}`;

/**
 * Builds the benchmark's page under the app's configuration, serves it with the models in `folders` as the app is
 * served, and starts a headless Chromium. @throws where the machine has none
 */
export async function openChromium(
  out: string,
  folders: readonly string[],
  { source = 'tools/bench/browser', isGuarded = true }: PageOptions = {},
): Promise<BenchBrowser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error(
      'There is no Chromium on this machine; install it. Steps are also measured without one, with --devices cpu.',
    );
  const page = resolve(out, 'page');
  await buildPage(source, page, isGuarded);
  linkModels(join(page, 'models'), folders);
  const server = await serveFolder(page, isGuarded ? {} : { headersOf: () => isolationHeaders });
  const browser = await chromium.launch({
    executablePath,
    args: [...chromiumFlags, '--enable-precise-memory-info'],
  });
  return {
    version: browser.version(),
    open: () => openPage(browser, addressOf(server)),
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function buildPage(source: string, outDir: string, minify: boolean): Promise<void> {
  await build({
    configFile: join(repository, 'vite.config.ts'),
    root: join(repository, source),
    publicDir: false,
    logLevel: 'warn',
    // TensorFlow.js starts its threads from the text of a function, which must not have been renamed.
    build: { outDir, emptyOutDir: true, minify },
  });
}

/** Models are large, and their folders may lie anywhere. */
function linkModels(parent: string, folders: readonly string[]): void {
  rmSync(parent, { recursive: true, force: true });
  mkdirSync(parent, { recursive: true });
  for (const folder of folders) {
    const link = join(parent, basename(folder));
    if (!existsSync(link)) symlinkSync(resolve(folder), link);
  }
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(0);
  page.on('console', (message) => console.error(`  ${message.text()}`));
  await page.goto(address);
  await page.waitForFunction('(globalThis.benchPage ?? globalThis.rivalsPage) !== undefined');
  return page;
}
