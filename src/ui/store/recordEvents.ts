import type { RunEvent } from '../../workerApi/runEvent.ts';
import { trainedFolder, type AdapterShelf } from './adapterShelf.ts';
import type { Runs } from './services.ts';

const flushEveryMs = 400;

export interface EventRecorder {
  record(event: RunEvent): void;
  /** Resolves when everything recorded so far is stored; rejects where the disk refused something. */
  flush(): Promise<void>;
}

/** Appends events to a stored run in small batches and in order, adapters' bytes apart from them. */
export function recordEvents(runs: Pick<Runs, 'append'>, shelf: AdapterShelf, runId: string): EventRecorder {
  let waiting: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writes: Promise<void> = Promise.resolve();
  let refusal: unknown = null;

  /** One refusal (a full disk) is no reason to give up what comes after it. */
  const attempt = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => void (refusal ??= error));
  const write = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    for (const event of batch) await attempt(() => keepBytes(shelf, runId, event));
    if (batch.length > 0) await attempt(() => runs.append(runId, batch.map(withoutBytes)));
    for (const event of batch)
      if (event.type === 'adapterTrained') await attempt(() => shelf.deleteCheckpoint(runId, event));
  };
  const flush = async (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    writes = writes.then(write);
    await writes;
    if (refusal) throw refusal;
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

async function keepBytes(shelf: AdapterShelf, runId: string, event: RunEvent): Promise<void> {
  if (event.type !== 'adapterTrained') return;
  await shelf.put(trainedFolder(runId, event.model), event.adapter.files, event.adapter.description);
}

function withoutBytes(event: RunEvent): RunEvent {
  return event.type === 'adapterTrained' ? { ...event, adapter: { ...event.adapter, files: {} } } : event;
}

/** Stored events as they were told: with the adapters' bytes again. */
export async function withBytes(
  shelf: AdapterShelf,
  runId: string,
  events: readonly RunEvent[],
): Promise<RunEvent[]> {
  const restore = async (event: RunEvent): Promise<RunEvent> => {
    if (event.type !== 'adapterTrained') return event;
    const files = await shelf.read(trainedFolder(runId, event.model));
    return { ...event, adapter: { ...event.adapter, files } };
  };
  return Promise.all(events.map(restore));
}
