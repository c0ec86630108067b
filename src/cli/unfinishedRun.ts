import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecoderModel } from '../compileTrainingModel.ts';
import type { CheckpointPlace } from '../engine/checkpointedTraining.ts';
import { storedCheckpoint } from '../engine/storedCheckpoints.ts';
import type { Adapter } from '../lora/adapter.ts';
import type { AdapterProvenance } from '../lora/peft.ts';
import type { SpecializeEvent } from '../specialize/events.ts';
import { applyEvent, emptyState, type SpecializationState } from '../specialize/state.ts';
import { nodeByteStore } from '../storage/nodeByteStore.ts';
import type { TrainingName } from '../storage/runFiles.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import { readAdapter, saveAdapter } from './adapterFolder.ts';

type Event = SpecializeEvent<Adapter, TrainingEvent>;
type Logged = Exclude<Event, { type: 'adapterTrained' }> | (TrainingName & { type: 'adapterTrained' });

const nameOf = ({ model, round }: TrainingName) => `${model}-${round}`;

/**
 * What a run has done so far, in the folder `unfinished` of its own: a line per event, the trained adapters, and the last
 * checkpoint of the training that is going on. A process may be killed at any moment; what it had written counts.
 */
export class UnfinishedRun {
  readonly #folder: string;
  readonly #log: string;

  constructor(out: string) {
    this.#folder = join(out, 'unfinished');
    this.#log = join(this.#folder, 'events.jsonl');
  }

  get exists(): boolean {
    return existsSync(this.#log);
  }

  /** Begins anew, without what an earlier run may have left. */
  async begin(): Promise<void> {
    await this.discard();
    mkdirSync(this.#folder, { recursive: true });
    appendFileSync(this.#log, '');
  }

  /** Notes an event; an adapter's file is there before its line is. */
  async note(event: Event, provenance: AdapterProvenance): Promise<void> {
    if (event.type === 'training' || event.type === 'progress') return;
    if (event.type !== 'adapterTrained') return this.#append(event);
    const { adapter, ...rest } = event;
    await saveAdapter(this.#adapterFolder(event), adapter, provenance);
    this.#append(rest);
  }

  /** The state to go on from. A line that a killed process left half written counts as not written. */
  async read(decoder: DecoderModel): Promise<SpecializationState<Adapter>> {
    let state = emptyState<Adapter>();
    for (const line of (await readFile(this.#log, 'utf8')).split('\n')) {
      const logged = parseLine(line);
      if (!logged) continue;
      const event: Event =
        logged.type === 'adapterTrained'
          ? ({ ...logged, adapter: await readAdapter(this.#adapterFolder(logged), decoder) } as Event)
          : logged;
      state = applyEvent(state, event);
    }
    // What is appended from here on begins on a line of its own.
    appendFileSync(this.#log, '\n');
    return state;
  }

  checkpointOf(training: TrainingName): CheckpointPlace {
    return storedCheckpoint(nodeByteStore(this.#folder), `${nameOf(training)}.checkpoint`);
  }

  /** Once everything is written where it belongs. */
  async discard(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #append(event: Logged): void {
    appendFileSync(this.#log, `${JSON.stringify(event)}\n`);
  }

  #adapterFolder(training: TrainingName): string {
    return join(this.#folder, nameOf(training));
  }
}

function parseLine(line: string): Logged | null {
  try {
    return line.trim() === '' ? null : (JSON.parse(line) as Logged);
  } catch {
    return null;
  }
}
