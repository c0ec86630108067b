import type { Engine } from '../src/workerApi/engine.ts';
import type { ChatApi } from '../src/workerApi/whittleWorkerApi.ts';

/** Answers one prompt at a time; a new one waits for the last. */
export function serveChat(engine: Engine, held: () => Promise<void>): ChatApi {
  let abort = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  return {
    ready(device) {
      if (device) engine.chooseDevice(device);
      return held();
    },
    device: () => engine.device(),
    describeModel: (model) => engine.describeModel(model),
    planTraining: (model, shape) => engine.planTraining(model, shape),
    checkParameters: (model, parameters) => engine.checkParameters(model, parameters),
    readDomain: (json) => engine.readDomain(json),
    describeAdapter: (model, files) => engine.describeAdapter(model, files),
    runFiles: (setup, events) => engine.runFiles(setup, events),
    viewTask: (run, task) => engine.viewTask(run, task),
    findAlike: (run, tasks, limit) => engine.findAlike(run, tasks, limit),
    isHeldOut: (run, task) => engine.isHeldOut(run, task),
    chat(request, onText) {
      const answer = last.then(() => {
        abort = new AbortController();
        return engine.chat(request, onText, abort.signal);
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    stop: () => abort.abort(new DOMException('Stopped.', 'AbortError')),
  };
}
