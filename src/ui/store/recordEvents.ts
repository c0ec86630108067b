import type { AdapterTrainedEvent, RunEvent } from '../../workerApi/runEvent.ts';
import { trainedFolder, type AdapterShelf } from './adapterShelf.ts';
import type { Runs } from './services.ts';

const flushEveryMs = 400;

/**
 * Appends events to a stored run in small batches and in order, adapters' bytes apart from them. What the disk refuses is
 * kept and tried again; `onRefused` is told once each time that it begins to refuse.
 */
export class EventRecorder {
  readonly #runs: Pick<Runs, 'append'>;
  readonly #shelf: AdapterShelf;
  readonly #runId: string;
  readonly #onRefused: (error: unknown) => void;
  #events: RunEvent[] = [];
  /** Their bytes are not stored yet. */
  #adapters: readonly AdapterTrainedEvent[] = [];
  /** Their bytes are stored, and with their events the checkpoints are not needed any more. */
  #stored: readonly AdapterTrainedEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writes: Promise<unknown> = Promise.resolve();
  #refusal: unknown = null;

  constructor(
    runs: Pick<Runs, 'append'>,
    shelf: AdapterShelf,
    runId: string,
    onRefused: (error: unknown) => void = () => undefined,
  ) {
    this.#runs = runs;
    this.#shelf = shelf;
    this.#runId = runId;
    this.#onRefused = onRefused;
  }

  record(event: RunEvent): void {
    this.#events.push(event);
    if (event.type === 'adapterTrained') this.#adapters = [...this.#adapters, event];
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), flushEveryMs);
  }

  /** Resolves when all that was recorded is stored; rejects where the disk refused something, which the next tries again. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writes = this.#writes.then(() => this.#write());
    await this.#writes;
    if (this.#refusal !== null) throw this.#refusal;
  }

  /** One after the other; the one refused (a full disk, say) is no reason to give up the other. */
  async #write(): Promise<void> {
    let refusal: unknown = null;
    const note = (error: unknown): void => void (refusal ??= error);
    await this.#storeAdapters().catch(note);
    await this.#storeEvents().catch(note);
    if (refusal !== null && this.#refusal === null) this.#onRefused(refusal);
    this.#refusal = refusal;
  }

  async #storeAdapters(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#adapters.map((event) => this.#storeAdapter(event)));
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused) throw refused.reason;
  }

  async #storeAdapter(event: AdapterTrainedEvent): Promise<void> {
    const { model, round, adapter } = event;
    await this.#shelf.put(trainedFolder(this.#runId, model, round), adapter.files, adapter.description);
    this.#adapters = this.#adapters.filter((other) => other !== event);
    this.#stored = [...this.#stored, event];
  }

  async #storeEvents(): Promise<void> {
    const batch = this.#events.map(withoutBytes);
    if (batch.length > 0) await this.#runs.append(this.#runId, batch);
    this.#events = this.#events.slice(batch.length);
    for (const event of this.#stored) await this.#shelf.deleteCheckpoint(this.#runId, event);
    this.#stored = [];
  }
}

function withoutBytes(event: RunEvent): RunEvent {
  return event.type === 'adapterTrained' ? { ...event, adapter: { ...event.adapter, files: {} } } : event;
}

/**
 * Stored events as they were told: with the adapters' bytes again. An adapter whose bytes the disk refused at the time
 * counts as not trained.
 */
export async function withBytes(
  shelf: AdapterShelf,
  runId: string,
  events: readonly RunEvent[],
): Promise<RunEvent[]> {
  const lost: AdapterTrainedEvent[] = [];
  const restore = async (event: RunEvent): Promise<RunEvent> => {
    if (event.type !== 'adapterTrained') return event;
    const files = await shelf.read(trainedFolder(runId, event.model, event.round)).catch(() => null);
    if (!files) lost.push(event);
    return files ? { ...event, adapter: { ...event.adapter, files } } : event;
  };
  const restored = await Promise.all(events.map(restore));
  return restored.filter((event) => !lost.some((other) => isAbout(other, event)));
}

/** Whether an event is this one, or says that its training is over. */
function isAbout({ model, round }: AdapterTrainedEvent, event: RunEvent): boolean {
  if (event.type === 'adapterTrained') return event.model === model && event.round === round;
  if (event.type !== 'phaseFinished') return false;
  const { phase } = event;
  return phase.stage === 'training' && phase.model === model && phase.round === round;
}
