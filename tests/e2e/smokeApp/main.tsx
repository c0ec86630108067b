import { MantineProvider, Modal } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { find, type Findings } from './findings.ts';

const stranger = new URLSearchParams(location.search).get('stranger') ?? '';
const worker = new Worker(new URL('./smoke.worker.ts', import.meta.url), { type: 'module' });

const inWorker = new Promise<Findings>((resolve, reject) => {
  worker.onmessage = ({ data }: MessageEvent<Findings>) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message || 'The worker did not start.'));
});
worker.postMessage(stranger);

// Mantine adds style elements in two ways: by itself, and through what its modals are made of.
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
createRoot(document.getElementById('root')!).render(
  <MantineProvider getStyleNonce={() => nonce}>
    <Modal opened onClose={() => undefined} title="Open" />
  </MantineProvider>,
);

const findings = { page: await find(stranger), worker: await inWorker };
document.querySelector('output')!.textContent = JSON.stringify(findings);
document.body.dataset['done'] = 'true';
