import type { RunEvent } from '../../workerApi/runEvent.ts';

const showEveryMs = 120;

export interface EventBatch {
  add(event: RunEvent): void;
  /** Shows what has not been shown yet, now. */
  flush(): void;
}

/** Hands events on a few times per second: drawing after every one would take the processor from the training. */
export function batchEvents(show: (events: readonly RunEvent[]) => void): EventBatch {
  let waiting: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    const events = waiting;
    waiting = [];
    if (events.length > 0) show(events);
  };
  return {
    add(event) {
      waiting.push(event);
      timer ??= setTimeout(flush, showEveryMs);
    },
    flush,
  };
}
