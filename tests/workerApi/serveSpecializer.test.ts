import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/workerApi/engine.ts';
import type { RunEvent } from '../../src/workerApi/runEvent.ts';
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
    await expect(
      serveSpecializer(engine, ready).specialize(request, (e) => events.push(e)),
    ).resolves.toBeUndefined();
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
