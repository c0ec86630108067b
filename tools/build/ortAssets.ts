import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Connect, Plugin } from 'vite';

// onnxruntime-web is served as it was published, under <base>/ort/: its JavaScript, the Emscripten glue (which starts
// its thread workers from its own address) and the WebAssembly. One copy, for us and for transformers.js.
const distFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/webgpu'));
const script = 'ort.webgpu.min.mjs';
// Two builds of the same version: one with WebGPU, and a smaller one without it, for machines that have none.
const builds = ['ort-wasm-simd-threaded.asyncify', 'ort-wasm-simd-threaded'];
const files = [script, ...builds.flatMap((build) => [`${build}.mjs`, `${build}.wasm`])];

/** The one bundle that every import of onnxruntime resolves to; transformers.js names the `/webgpu` entry. */
const ortImport = /^onnxruntime-(web(\/webgpu)?|common)$/;

/** For servers that bundle on demand (dev, tests): resolve every spelling to one file. */
export const ortAlias = { find: ortImport, replacement: join(distFolder, script) };

function serveOrt(base: string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = path.startsWith(`${base}ort/`) ? path.slice(base.length + 4) : '';
    if (!files.includes(name)) return next();
    const type = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    response.setHeader('Content-Type', type);
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.end(readFileSync(join(distFolder, name)));
  };
}

/** Serves onnxruntime-web's files under `<base>ort/` while developing and testing. */
export function ortServer(): Plugin {
  return {
    name: 'whittle:ort-server',
    configureServer: (server) => void server.middlewares.use(serveOrt(server.config.base)),
  };
}

/** Build: leaves imports of onnxruntime to the browser, which loads `<base>ort/` untouched. */
export function ortExternal(base: string): Plugin {
  return {
    name: 'whittle:ort-external',
    apply: 'build',
    enforce: 'pre',
    resolveId: (id) => (ortImport.test(id) ? { id: `${base}ort/${script}`, external: true } : null),
  };
}

/** Build: copies onnxruntime-web's files. */
export function ortFiles(): Plugin {
  return {
    name: 'whittle:ort-files',
    apply: 'build',
    generateBundle() {
      for (const name of files) {
        this.emitFile({
          type: 'asset',
          fileName: `ort/${name}`,
          source: readFileSync(join(distFolder, name)),
        });
      }
    },
  };
}
