import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/engine/loadModel.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import { specializeModel, type Specialization } from '../../src/engine/specializeModel.ts';
import type { Adapter } from '../../src/lora/adapter.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { TrainingName } from '../../src/storage/runFiles.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { RunCheckpoints } from '../../workers/runCheckpoints.ts';
import { memoryByteStore } from '../ui/support/inMemory.ts';
import { writeModelFolder } from '../support/modelFolder.ts';
import { runAtTraining } from './runAtTraining.ts';

const device = createNodeDevice({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'whittle-resume-'));

afterAll(async () => {
  await device.dispose();
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly events: readonly TrainingEvent[];
  readonly adapter: Adapter | null;
}

const isStep = (event: TrainingEvent) => event.type === 'step';

/** Trains until the adapter is there, or a tab is closed after `steps` steps. */
async function trainIn(
  session: ModelSession,
  checkpoints?: Specialization['checkpoints'],
  steps = Infinity,
): Promise<Outcome> {
  const events: TrainingEvent[] = [];
  for await (const event of specializeModel(session, {
    ...runAtTraining(),
    ...(checkpoints && { checkpoints }),
  })) {
    if (event.type === 'adapterTrained') return { events, adapter: event.adapter };
    if (event.type === 'training') events.push(event.event);
    if (events.filter(isStep).length >= steps) break;
  }
  return { events, adapter: null };
}

const lossesOf = ({ events }: Outcome) =>
  events.flatMap((event) => (event.type === 'step' ? [[event.step, event.loss, event.gradNorm]] : []));

let session: ModelSession;
/** A training that nothing interrupts. */
let whole: Outcome;

beforeAll(async () => {
  session = new ModelSession(await loadModel(modelDirectory(writeModelFolder(folder))), device);
  whole = await trainIn(session);
});

describe('a training that is interrupted', () => {
  it('goes on from its last checkpoint, bit for bit as if nothing had happened', async () => {
    const bytes = memoryByteStore();
    // A checkpoint after every step.
    const kept = new RunCheckpoints(bytes, 'run', 0);
    const checkpoints = (training: TrainingName) => kept.placeOf(training);
    const first = await trainIn(session, checkpoints, 4);
    expect([...bytes.files.keys()]).toEqual(['runs/run/specialized-1.checkpoint']);
    const second = await trainIn(session, checkpoints);
    expect(second.events.find(({ type }) => type === 'started')).toMatchObject({ step: 3, totalSteps: 6 });
    expect([...lossesOf(first).slice(0, 3), ...lossesOf(second)]).toEqual(lossesOf(whole));
    expect(second.adapter!.parameters).toEqual(whole.adapter!.parameters);
    expect([...first.events, ...second.events].some(({ type }) => type === 'paused')).toBe(false);
  });

  it('begins anew from a damaged checkpoint, and from one of other settings', async () => {
    const bytes = memoryByteStore();
    const kept = new RunCheckpoints(bytes, 'run', 0);
    const checkpoints = (training: TrainingName) => kept.placeOf(training);
    await trainIn(session, checkpoints, 2);
    const [name] = bytes.files.keys();
    const text = new TextDecoder('latin1').decode(bytes.files.get(name!));
    const other = text.replace('"weightDecay":0', '"weightDecay":9');
    for (const file of [other, text.slice(0, -9)]) {
      bytes.files.set(
        name!,
        Uint8Array.from(file, (letter) => letter.charCodeAt(0)),
      );
      const again = await trainIn(session, checkpoints);
      expect(lossesOf(again)).toEqual(lossesOf(whole));
    }
    expect(other).not.toBe(text);
  });

  it('goes on without checkpoints where the disk is full, and says so once', async () => {
    const full = {
      ...memoryByteStore(),
      write: () => Promise.reject(new DOMException('', 'QuotaExceededError')),
    };
    const kept = new RunCheckpoints(full, 'run', 0);
    const { adapter } = await trainIn(session, (training) => kept.placeOf(training));
    expect(adapter).not.toBeNull();
    expect(kept.takeNote()).toContain('an interruption would begin it anew');
    expect(kept.takeNote()).toBeNull();
  });
});
