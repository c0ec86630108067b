import { find, type Findings } from './findings.ts';

const stranger = new URLSearchParams(location.search).get('stranger') ?? '';
const worker = new Worker(new URL('./smoke.worker.ts', import.meta.url), { type: 'module' });

const inWorker = new Promise<Findings>((resolve, reject) => {
  worker.onmessage = ({ data }: MessageEvent<Findings>) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message || 'The worker did not start.'));
});
worker.postMessage(stranger);

const style = document.createElement('style');
const meta = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]');
style.nonce = meta?.nonce ?? '';
style.textContent = 'output { color: rgb(1, 2, 3); }';
document.head.append(style);

const findings = { page: await find(stranger), worker: await inWorker };
document.querySelector('output')!.textContent = JSON.stringify(findings);
document.body.dataset['done'] = 'true';
