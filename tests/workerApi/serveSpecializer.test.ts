import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/workerApi/engine.ts';
import type { Phase, RunEvent } from '../../src/workerApi/runEvent.ts';
import type { SpecializeRequest } from '../../src/workerApi/whittleWorkerApi.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';

const request = {} as SpecializeRequest;
const note = (text: string): RunEvent => ({ type: 'note', text });
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

/** An engine that reports a note per pull and records what happened to its generator. */
function countingEngine(pulls: number) {
  const log = { pulled: 0, isDisposed: false };
  async function* specialize(_: SpecializeRequest, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    try {
      for (let i = 0; i < pulls; i++) {
        await tick();
        signal.throwIfAborted();
        log.pulled++;
        yield note(`${i}`);
      }
      return;
    } finally {
      log.isDisposed = true;
    }
  }
  return { engine: { specialize } as unknown as Engine, log };
}

const ready = () => Promise.resolve();

describe('a run behind the worker', () => {
  it('hands over every event in order, then the result', async () => {
    const { engine, log } = countingEngine(3);
    const events: RunEvent[] = [];
    await expect(serveSpecializer(engine, ready).specialize(request, (e) => events.push(e))).resolves.toBe(
      'done',
    );
    expect(events).toEqual([note('0'), note('1'), note('2')]);
    expect(log.isDisposed).toBe(true);
  });

  it('holds still while paused and goes on where it was', async () => {
    const { engine, log } = countingEngine(4);
    const api = serveSpecializer(engine, ready);
    const run = api.specialize(request, ({ type }) => type === 'note' && log.pulled === 2 && api.pause());
    await tick();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(log.pulled).toBe(2);
    api.resume();
    await run;
    expect(log.pulled).toBe(4);
  });

  it('ends a cancelled run with an AbortError and disposes the engine', async () => {
    const { engine, log } = countingEngine(1000);
    const api = serveSpecializer(engine, ready);
    const run = api.specialize(request, () => log.pulled === 2 && api.cancel());
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(log).toEqual({ pulled: 2, isDisposed: true });
  });

  it('stops once all tasks are answered where that is wanted, before anything is made of them', async () => {
    const phases: readonly Phase[] = [
      { stage: 'instructions', round: 1 },
      { stage: 'responses', round: 1 },
      { stage: 'likelihoods', round: 1 },
      { stage: 'coverage', round: 1 },
      { stage: 'responses', round: 1, model: 'unfiltered' },
      { stage: 'dataset', round: 1 },
    ];
    const log = { isDisposed: false };
    const engine = {
      async *specialize() {
        try {
          for (const phase of phases) yield { type: 'phaseStarted', phase };
        } finally {
          log.isDisposed = true;
        }
      },
    } as unknown as Engine;
    const stagesTold = async (isWanted: boolean, from = 0) => {
      const told: string[] = [];
      const api = serveSpecializer(engine, ready);
      api.stopBeforeTraining(isWanted);
      const outcome = await api.specialize(request, (event) => {
        if (event.type === 'phaseStarted') told.push(event.phase.stage);
        if (told.length === from) api.stopBeforeTraining(true);
      });
      return { outcome, told: told.length };
    };
    expect(await stagesTold(true)).toEqual({ outcome: 'stopped before training', told: 4 });
    expect(log.isDisposed).toBe(true);
    expect(await stagesTold(false, 3)).toEqual({ outcome: 'stopped before training', told: 4 });
    expect(await stagesTold(false)).toEqual({ outcome: 'done', told: 6 });
  });

  it('ends a paused run when it is cancelled', async () => {
    const { engine, log } = countingEngine(1000);
    const api = serveSpecializer(engine, ready);
    const run = api.specialize(request, () => api.pause());
    await new Promise((resolve) => setTimeout(resolve, 40));
    api.cancel();
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(log.isDisposed).toBe(true);
  });
});
