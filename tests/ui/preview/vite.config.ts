import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npx vite --config tests/ui/preview/vite.config.ts`: the page over a recorded run, without engine or policy.
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../../node_modules/.vite-preview',
  plugins: [react()],
  build: { outDir: '../../../node_modules/.vite-preview/built', emptyOutDir: true },
  server: { host: '127.0.0.1', port: 5199, hmr: false, watch: null, fs: { allow: ['../../..'] } },
});
