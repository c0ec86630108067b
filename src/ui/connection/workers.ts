import { proxy } from 'comlink';
import type { SourcesApi } from '../../workerApi/sources.ts';
import type { ChatApi, DeviceChoice, DownloadApi, SpecializerApi } from '../../workerApi/whittleWorkerApi.ts';
import type { Connection } from '../store/services.ts';
import { connectWorker } from './connectWorker.ts';
import { hubEndpoint } from './hubEndpoint.ts';

/** Starts a worker for one run, on the chosen device. */
export function connectSpecializer(device: DeviceChoice): Connection<SpecializerApi> {
  const name = `specializer-${crypto.randomUUID()}`;
  const worker = new Worker(new URL('../../../workers/specializer.worker.ts', import.meta.url), {
    type: 'module',
    name,
  });
  return connectWorker<SpecializerApi>(worker, name, (remote) => ({
    ready: () => remote.ready(device),
    specialize: (request, onEvent) => remote.specialize(request, proxy(onEvent)),
    stopBeforeTraining: (isWanted) => void remote.stopBeforeTraining(isWanted),
    pause: () => void remote.pause(),
    resume: () => void remote.resume(),
    cancel: () => void remote.cancel(),
  }));
}

/** Starts a worker for answers and questions about models, domains and adapters. */
export function connectChat(device: DeviceChoice): Connection<ChatApi> {
  const name = `chat-${crypto.randomUUID()}`;
  const worker = new Worker(new URL('../../../workers/chat.worker.ts', import.meta.url), {
    type: 'module',
    name,
  });
  return connectWorker<ChatApi>(worker, name, (remote) => ({
    ready: () => remote.ready(device),
    device: () => remote.device(),
    describeModel: (model) => remote.describeModel(model),
    planTraining: (model, shape) => remote.planTraining(model, shape),
    checkParameters: (model, parameters) => remote.checkParameters(model, parameters),
    readDomain: (json) => remote.readDomain(json),
    describeAdapter: (model, files) => remote.describeAdapter(model, files),
    runFiles: (setup, events) => remote.runFiles(setup, events),
    viewTask: (run, task) => remote.viewTask(run, task),
    findAlike: (run, tasks, limit) => remote.findAlike(run, tasks, limit),
    isHeldOut: (run, task) => remote.isHeldOut(run, task),
    chat: (request, onText) => remote.chat(request, proxy(onText)),
    stop: () => void remote.stop(),
  }));
}

/** Starts the worker that alone may reach the Hub; where the page is sealed, its double that may not. */
export function connectDownloads(isSealed: boolean): Connection<DownloadApi> {
  const name = `downloads-${crypto.randomUUID()}`;
  const worker = isSealed
    ? new Worker(new URL('../../../workers/storedModels.worker.ts', import.meta.url), {
        type: 'module',
        name,
      })
    : new Worker(new URL('../../../workers/download.worker.ts', import.meta.url), { type: 'module', name });
  const endpoint = hubEndpoint(location);
  return connectWorker<DownloadApi>(worker, name, (remote) => ({
    ready: () => remote.ready(endpoint),
    suggestions: () => remote.suggestions(),
    examine: (text) => remote.examine(text),
    download: (model, onProgress) => remote.download(model, proxy(onProgress)),
    importFiles: (files, onProgress) => remote.importFiles(files, proxy(onProgress)),
    stop: () => void remote.stop(),
    stored: () => remote.stored(),
    remove: (model) => remote.remove(model),
  }));
}

/** Starts a worker that reads files; it loads what each kind of file takes. */
export function connectSources(): Connection<SourcesApi> {
  const name = `sources-${crypto.randomUUID()}`;
  const worker = new Worker(new URL('../../../workers/sources.worker.ts', import.meta.url), {
    type: 'module',
    name,
  });
  return connectWorker<SourcesApi>(worker, name, (remote) => ({
    ready: () => remote.ready(),
    readDocument: (file) => remote.readDocument(file),
    importTasks: (files, counts) => remote.importTasks(files, counts),
  }));
}
