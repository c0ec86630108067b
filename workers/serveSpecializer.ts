import type { Engine } from '../src/workerApi/engine.ts';
import type { RunEvent } from '../src/workerApi/runEvent.ts';
import type { RunOutcome, SpecializeRequest, SpecializerApi } from '../src/workerApi/whittleWorkerApi.ts';

/** Holds whoever passes while it is shut. */
class Gate {
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #isShut = false;

  shut(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    this.#open = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#isShut = false;
    this.#release();
  }

  passed(): Promise<void> {
    return this.#open;
  }
}

/**
 * One run at a time over an engine whose runs are generators: pausing is not asking for the next event, cancelling
 * is the signal and then `return()`, which lets the engine dispose what it holds.
 */
export function serveSpecializer(engine: Engine, held: () => Promise<void>): SpecializerApi {
  let gate = new Gate();
  let abort = new AbortController();
  let stopsBeforeTraining = false;
  const stopsAt = (event: RunEvent) => stopsBeforeTraining && followsCuration(event);
  return {
    ready(device) {
      if (device) engine.chooseDevice(device);
      return held();
    },
    specialize(request: SpecializeRequest, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
      gate = new Gate();
      abort = new AbortController();
      return pull(engine.specialize(request, abort.signal), { onEvent, stopsAt }, gate, abort.signal);
    },
    stopBeforeTraining: (isWanted) => void (stopsBeforeTraining = isWanted),
    pause: () => gate.shut(),
    resume: () => gate.release(),
    cancel() {
      abort.abort(new DOMException('The run was cancelled.', 'AbortError'));
      gate.release();
    },
  };
}

/** Whether all tasks have been answered by now, and what comes makes something of them. */
function followsCuration(event: RunEvent): boolean {
  if (event.type !== 'phaseStarted') return false;
  const { stage, model } = event.phase;
  return stage === 'dataset' || stage === 'evaluation' || stage === 'training' || model !== undefined;
}

interface Listener {
  readonly onEvent: (event: RunEvent) => void;
  /** Whether the run ends before this event, which is not told then. */
  readonly stopsAt: (event: RunEvent) => boolean;
}

async function pull(
  run: AsyncGenerator<RunEvent, void>,
  { onEvent, stopsAt }: Listener,
  gate: Gate,
  signal: AbortSignal,
): Promise<RunOutcome> {
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) return 'done';
      if (stopsAt(next.value)) return 'stopped before training';
      onEvent(next.value);
      await messagesArrived();
      await gate.passed();
      signal.throwIfAborted();
    }
  } finally {
    // Only an unfinished generator has anything left to dispose.
    await run.return();
  }
}

/** Lets waiting messages (pause, cancel) in; WASM sessions alone would keep the worker in microtasks throughout. */
function messagesArrived(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
