import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { ortAlias, ortServer } from './tools/build/ortAssets.ts';
import { chromiumFlags, findChromium } from './tools/testing/findChromium.ts';
import { softwareVulkan } from './tools/testing/softwareVulkan.ts';

const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const launchOptions = { executablePath: findChromium(), args: [...chromiumFlags] };

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [react()],
        test: {
          name: 'unit',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/**/*.{cpu,gpu,e2e}.test.{ts,tsx}'],
          environment: 'node',
          // Nothing here is timed; a busy machine only needs longer.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cpu',
          include: ['tests/**/*.cpu.test.ts'],
          environment: 'node',
          env: softwareVulkan(),
          // A forked process per file: onnxruntime's native sessions do not survive being loaded into threads twice.
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [react(), ortServer()],
        resolve: { alias: [ortAlias] },
        server: { headers: isolationHeaders },
        // Found up front, because finding one later reloads the page under a running test.
        optimizeDeps: {
          entries: ['tests/**/*.gpu.test.{ts,tsx}', 'workers/*.ts'],
          include: ['onnxruntime-web/webgpu', '@huggingface/transformers'],
        },
        test: {
          name: 'gpu',
          include: ['tests/**/*.gpu.test.{ts,tsx}'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.e2e.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
