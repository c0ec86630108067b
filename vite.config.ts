import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import presetMantine from 'postcss-preset-mantine';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './tools/build/offline.ts';
import { ortAlias, ortExternal, ortFiles, ortServer } from './tools/build/ortAssets.ts';
import { builtFolder, repository } from './tools/serve/buildApp.ts';
import { noncePlaceholder, securityHeaders } from './tools/serve/securityHeaders.ts';
import { answer } from './tools/serve/staticServer.ts';

const base = '/';

const nonceAlias = {
  find: 'get-nonce',
  replacement: fileURLToPath(new URL('tools/build/pageNonce.ts', import.meta.url)),
};

/** `vite preview` answers exactly as `npm start` does. */
const previewAsServed: Plugin = {
  name: 'whittle:preview',
  configurePreviewServer(server) {
    server.middlewares.use((request, response) => answer(builtFolder, request, response));
  },
};

/** The development server puts the nonce that its page carries into the policy of every answer. */
function developmentHeaders(nonce: string): Plugin {
  return {
    name: 'whittle:development-headers',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        const headers = securityHeaders({ path, nonce, isDevelopment: true });
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        next();
      });
    },
  };
}

/** The app has a second page, the benchmark at /bench; other pages are built under this configuration, too. */
const pages: Plugin = {
  name: 'whittle:pages',
  config: ({ root = repository }) =>
    root === repository ? { build: { rolldownOptions: { input: ['index.html', 'bench/index.html'] } } } : {},
};

export default defineConfig(({ command, isPreview }) => {
  const isServing = command === 'serve' && !isPreview;
  const nonce = isServing ? randomBytes(16).toString('base64') : noncePlaceholder;
  return {
    base,
    plugins: [
      developmentHeaders(nonce),
      pages,
      react(),
      ortServer(),
      ortExternal(base),
      ortFiles(),
      offline(repository),
      previewAsServed,
    ],
    html: { cspNonce: nonce },
    resolve: { alias: isServing ? [nonceAlias, ortAlias] : [nonceAlias] },
    css: { postcss: { plugins: [presetMantine()] } },
    worker: { format: 'es', plugins: () => [ortExternal(base)] },
    optimizeDeps: {
      entries: ['index.html', 'bench/index.html', 'workers/*.ts'],
      include: ['onnxruntime-web/webgpu'],
    },
    // An inlined asset is a data: address, which the policy does not let a script fetch.
    build: { target: 'es2023', assetsInlineLimit: 0, sourcemap: true, chunkSizeWarningLimit: 1500 },
  };
});
