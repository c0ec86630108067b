import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'vite';

const script = 'serviceWorker.js';

/** What the app needs to run: not what is only read by people. */
const isNeeded = (path: string): boolean => !/\.map$|README\.md$/.test(path) && path !== script;

/** The files in `folder` by path, with the SHA-256 of each in base64. */
function hashesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .filter(isNeeded)
    .sort();
  const hash = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('base64');
  return Object.fromEntries(paths.map((path) => [path, hash(path)]));
}

/** Build of the app in `root` (other pages under this configuration have none): writes the service worker, which knows every file that was built. */
export function offline(root: string): Plugin {
  let folder: string | null = null;
  return {
    name: 'whittle:offline',
    apply: 'build',
    configResolved(config) {
      const isApp = resolve(config.root) === resolve(root);
      folder = isApp ? resolve(config.root, config.build.outDir) : null;
    },
    async closeBundle() {
      if (folder === null) return;
      await build({
        configFile: false,
        ...{ root, publicDir: false, logLevel: 'warn' },
        define: { APP_FILES: JSON.stringify(hashesOf(folder)) },
        build: {
          ...{ target: 'es2023', outDir: folder, emptyOutDir: false, sourcemap: true },
          rolldownOptions: {
            input: join(root, 'workers/serviceWorker.ts'),
            output: { format: 'iife', entryFileNames: script },
          },
        },
      });
    },
  };
}
