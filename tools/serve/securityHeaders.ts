import { hubWorker } from '../../src/workerApi/hubWorker.ts';

/** Where a nonce goes in the built page; the server puts a fresh one there for every answer. */
export const noncePlaceholder = '__CSP_NONCE__';

// Models are read from the Hugging Face Hub by one worker only, which has no access to anything of the person's.
const hubHosts = [
  'https://huggingface.co',
  'https://*.hf.co',
  // Older storage; a pattern may have a star in place of a whole label only.
  'https://cdn-lfs.huggingface.co',
  'https://cdn-lfs-us-1.huggingface.co',
  'https://cdn-lfs-eu-1.huggingface.co',
].join(' ');

interface Policy {
  /** Path of the answer; decides what a worker started from it may reach. */
  readonly path: string;
  readonly nonce: string;
  /** While developing, the bundler puts scripts of its own into the page. */
  readonly isDevelopment?: boolean;
}

/** The Content-Security-Policy of one answer. A worker obeys the policy of its own script, not that of the page. */
export function contentSecurityPolicy({ path, nonce, isDevelopment = false }: Policy): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval'${isDevelopment ? ` 'nonce-${nonce}'` : ''}`,
    "worker-src 'self'",
    `connect-src 'self'${hubWorker.test(path) ? ` ${hubHosts}` : ''}`,
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "manifest-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Without these two a page has no SharedArrayBuffer, and WASM runs on one thread. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Every header that guards an answer. */
export function securityHeaders(policy: Policy): Record<string, string> {
  return {
    ...isolationHeaders,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': contentSecurityPolicy(policy),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}
