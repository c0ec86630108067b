import type { RunEvent } from '../../workerApi/runEvent.ts';
import type { Runs } from './services.ts';

const flushEveryMs = 400;

export interface EventRecorder {
  record(event: RunEvent): void;
  /** Resolves when everything recorded so far is stored; rejects where the disk refused. */
  flush(): Promise<void>;
}

/** Appends events to a stored run in small batches, in order: one write at a time. */
export function recordEvents(runs: Pick<Runs, 'append'>, runId: string): EventRecorder {
  let waiting: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    last = last.then(async () => {
      const batch = waiting;
      waiting = [];
      if (batch.length > 0) await runs.append(runId, batch);
    });
    return last;
  };
  return {
    record(event) {
      waiting.push(event);
      // A refusal is reported by the flush that ends the run.
      timer ??= setTimeout(() => void flush().catch(() => undefined), flushEveryMs);
    },
    flush,
  };
}
