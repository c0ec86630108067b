import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

const programNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const usualPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/snap/bin/chromium', '/opt/google/chrome/chrome', '/usr/lib/chromium/chromium'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
};

/** WebGPU in software, so that a machine without a graphics card runs the same tests; nothing else is fetched. */
export const chromiumFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Programs on PATH first, then where installers put them, then Playwright's own download. */
function candidates(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = programNames.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(usualPlaces[process.platform] ?? []), chromium.executablePath()];
}

/**
 * The Chromium (or Chrome) to test with, or `undefined` when the machine has none.
 * `CHROME_PATH` decides when it is set; throws if it names nothing executable.
 */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROME_PATH;
  if (!chosen) return candidates().find(isExecutable);
  if (isExecutable(chosen)) return chosen;
  throw new Error(`CHROME_PATH names ${chosen}, which is not an executable file; correct or unset it.`);
}

/** Installs Debian's package where that needs no question: as root, with apt-get. */
export function installChromium(): void {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !isExecutable('/usr/bin/apt-get')) return;
  execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit' });
  execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
    stdio: 'inherit',
  });
}
