import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const builtFolder = join(repository, 'dist');

/** Everything that a build reads. */
const inputs = [
  'src',
  'workers',
  'public',
  'tools/build',
  'tools/serve',
  'index.html',
  'bench',
  'vite.config.ts',
  'package-lock.json',
];

function newestIn(path: string): number {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(mtimeMs, ...names.map((name) => statSync(join(path, name)).mtimeMs));
}

/** Whether `dist/` is absent or older than something that went into it. */
function isStale(): boolean {
  const page = join(builtFolder, 'index.html');
  if (!existsSync(page)) return true;
  const builtAt = statSync(page).mtimeMs;
  return inputs.some((input) => newestIn(join(repository, input)) > builtAt);
}

/** Builds the app into `dist/` unless what is there is up to date. */
export async function buildWhereStale(): Promise<void> {
  if (!isStale()) return;
  // Under a test runner it says "test", and Vite would build a page for development.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({ root: repository, logLevel: 'warn' });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}
