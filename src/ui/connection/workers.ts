import { proxy } from 'comlink';
import type { ChatApi, SpecializerApi } from '../../workerApi/whittleWorkerApi.ts';
import type { Connection } from '../store/services.ts';
import { connectWorker } from './connectWorker.ts';

/** Starts a worker for one run. */
export function connectSpecializer(): Connection<SpecializerApi> {
  const name = `specializer-${crypto.randomUUID()}`;
  const worker = new Worker(new URL('../../../workers/specializer.worker.ts', import.meta.url), {
    type: 'module',
    name,
  });
  return connectWorker<SpecializerApi>(worker, name, (remote) => ({
    ready: () => remote.ready(),
    specialize: (request, onEvent) => remote.specialize(request, proxy(onEvent)),
    pause: () => void remote.pause(),
    resume: () => void remote.resume(),
    cancel: () => void remote.cancel(),
  }));
}

/** Starts a worker for answers and questions about models, domains and adapters. */
export function connectChat(): Connection<ChatApi> {
  const name = `chat-${crypto.randomUUID()}`;
  const worker = new Worker(new URL('../../../workers/chat.worker.ts', import.meta.url), {
    type: 'module',
    name,
  });
  return connectWorker<ChatApi>(worker, name, (remote) => ({
    ready: () => remote.ready(),
    device: () => remote.device(),
    describeModel: (modelId) => remote.describeModel(modelId),
    readDomain: (json) => remote.readDomain(json),
    describeAdapter: (modelId, files) => remote.describeAdapter(modelId, files),
    chat: (request, onText) => remote.chat(request, proxy(onText)),
    stop: () => void remote.stop(),
  }));
}
