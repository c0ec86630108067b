/* oxlint-disable import/default -- these are addresses of scripts, which the bundler puts in */
import chat from '../../../workers/chat.worker.ts?worker&url';
import download from '../../../workers/download.worker.ts?worker&url';
import sources from '../../../workers/sources.worker.ts?worker&url';
import specializer from '../../../workers/specializer.worker.ts?worker&url';
import storedModels from '../../../workers/storedModels.worker.ts?worker&url';
import { nameOf } from '../../workerApi/requests.ts';
import type { Policy } from '../store/services.ts';

const offlineScript = `${import.meta.env.BASE_URL}serviceWorker.js`;
const workers = [specializer, chat, sources, storedModels, download];

/** Asks for page and workers once more and reads the policies from the answers, the very ones that they obey. */
export function readPolicies(): Promise<readonly Policy[]> {
  const page = location.pathname;
  const scripts = [page, ...workers, ...(import.meta.env.PROD ? [offlineScript] : [])];
  return Promise.all(scripts.map(policyOf));
}

async function policyOf(path: string): Promise<Policy> {
  const { href } = new URL(path, location.href);
  const answer = await fetch(href);
  await answer.body?.cancel();
  const text = answer.headers.get('Content-Security-Policy') ?? '';
  // Where a policy says nothing of connections, what it says of everything counts.
  const [, reachable] = /connect-src ([^;]+)/.exec(text) ?? /default-src ([^;]+)/.exec(text) ?? [];
  return { who: nameOf(href), text, reachable: reachable?.trim().split(/\s+/) ?? null };
}
