import { describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/workerApi/runEvent.ts';
import type { SpecializerApi } from '../../src/workerApi/whittleWorkerApi.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { directConnection, memoryByteStore } from './support/inMemory.ts';
import { atTask, openPage, ready } from './support/openPage.ts';
import { recordedEngine } from './support/recordedEngine.ts';

// Machines with much else to do take their time over timers.
const patient = { timeout: 30_000 };

describe('a run from the page', patient, () => {
  it('goes from the button to results, and shows each station on the way', async () => {
    const { app, state } = await openPage({}, '', 10);
    const seen = new Set<string>();
    app.store.subscribe(({ step }) => seen.add(step));
    await app.driver.start();
    expect([...seen]).toEqual(['generate', 'train', 'compare']);
    expect(state().run).toMatchObject({ status: 'finished', owner: null });
    expect(state().run?.state.report?.verdict).toBe('better');
  });

  it('leaves the person where they went', async () => {
    const { app, state } = await openPage();
    const run = app.driver.start();
    await atTask(state, 2);
    app.goTo('domain');
    await run;
    expect(state().step).toBe('domain');
  });

  it('keeps the setup it was started with, whatever is changed meanwhile', async () => {
    const { app, state } = await openPage();
    const run = app.driver.start();
    await atTask(state, 2);
    app.setParameters({ ...state().parameters!, tasks: 1 });
    app.domains.choose('finance');
    await run;
    expect(state().run?.setup.parameters.tasks).toBe(300);
    expect(state().run?.setup.domain.name).toBe('biomedicine');
  });

  it('takes any setting by name, but none that makes no sense', async () => {
    const { app, state } = await openPage();
    await app.setSettings({ votes: 3 });
    expect(state().parameters?.settings).toEqual({ votes: 3 });
    await expect(app.setSettings({ vote: 3 })).rejects.toThrow('There is no setting "vote".');
    expect(state().parameters?.settings).toEqual({ votes: 3 });
  });

  it('holds still while paused', async () => {
    const { app, state } = await openPage({}, '', 10);
    const run = app.driver.start();
    await atTask(state, 2);
    await app.driver.pause();
    expect(state().run?.status).toBe('paused');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const held = state().run?.state;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(state().run?.state).toBe(held);
    await app.driver.resume();
    await run;
    expect(state().run?.status).toBe('finished');
  });

  it('ends cancelled, with what it had', async () => {
    const { app, state } = await openPage({}, '', 10);
    const run = app.driver.start();
    await atTask(state, 2);
    await app.driver.cancel();
    await run;
    expect(state().run?.status).toBe('cancelled');
    expect(state().runs[0]?.status).toBe('cancelled');
    expect(state().run?.state.tasks.length).toBeGreaterThan(2);
  });

  it('says in a sentence why it failed when its worker dies', async () => {
    let die: (error: Error) => void = () => undefined;
    const silent = {
      specialize: () => new Promise(() => undefined),
      stopBeforeTraining: () => undefined,
    } as unknown as SpecializerApi;
    const { app, state } = await openPage({
      connectSpecializer: () => {
        const connection = directConnection(silent);
        die = connection.die;
        return connection;
      },
    });
    const run = app.driver.start();
    await vi.waitFor(() => expect(state().run).not.toBeNull());
    die(new Error('The engine stopped unexpectedly.'));
    await run;
    expect(state().run).toMatchObject({ status: 'failed', failure: 'The engine stopped unexpectedly.' });
  });

  it('keeps the adapter for this session where the disk refuses it, and says so', async () => {
    const full = new DOMException('full', 'QuotaExceededError');
    const bytes = { ...memoryByteStore(), write: () => Promise.reject(full) };
    const { app, state } = await openPage({ bytes });
    await app.driver.start();
    expect(state().run?.status).toBe('finished');
    expect(state().notice?.text).toContain('no room left');
    expect((await app.adapters.zip(`runs/${state().run!.id}/specialized/`)).length).toBeGreaterThan(100);
  });
});

describe('the storage', patient, () => {
  it('is asked to be kept when the first run starts, which does not wait for the answer', async () => {
    let asked = 0;
    const keepStorage = () => (++asked, new Promise<never>(() => undefined));
    const { app, state } = await openPage({ keepStorage });
    expect(asked).toBe(0);
    await app.driver.start();
    expect(asked).toBe(1);
    expect(state().run?.status).toBe('finished');
  });

  it('is measured at first, and again when something was deleted', async () => {
    let workBytes = 5;
    const measureStorage = async () => ({
      appBytes: 0,
      modelBytes: 0,
      workBytes: workBytes--,
      freeBytes: 9,
      isKept: true,
    });
    const { app, state } = await openPage({ measureStorage });
    await vi.waitFor(() => expect(state().storage).not.toBeNull());
    await app.driver.start();
    const before = state().storage!.workBytes;
    await app.runs.remove(state().run!.id);
    await vi.waitFor(() => expect(state().storage!.workBytes).toBeLessThan(before));
  });

  it('gets what it refused as soon as there is room', async () => {
    const bytes = memoryByteStore();
    const disk = { isFull: true };
    const write = async (name: string, content: Uint8Array) => {
      if (disk.isFull) throw new DOMException('full', 'QuotaExceededError');
      await bytes.write(name, content);
    };
    const { app, state } = await openPage({ bytes: { ...bytes, write } });
    await app.driver.start();
    const first = state().run!.id;
    expect([...bytes.files.keys()]).toEqual([]);
    disk.isFull = false;
    await app.adapters.remove('another');
    await vi.waitFor(() =>
      expect([...bytes.files.keys()]).toContain(`runs/${first}/specialized/whittle.json`),
    );
  });
});

describe('a reload', patient, () => {
  it('finds the results of a finished run again', async () => {
    const first = await openPage();
    await first.app.driver.start();
    const { id, state } = first.state().run!;
    const { runs, bytes } = first.services;
    const second = await openPage({ runs, bytes }, `#/compare/${id}`);
    expect(second.state().step).toBe('compare');
    expect(second.state().run?.state).toEqual(state);
    expect((await second.app.adapters.zip(`runs/${id}/specialized/`)).length).toBeGreaterThan(100);
  });

  it('finds no checkpoint of a training whose adapter is stored', async () => {
    const bytes = memoryByteStore();
    const { app, services } = await openPage({ bytes });
    const adding = services.runs.add.bind(services.runs);
    // What the worker leaves on the way.
    services.runs.add = async (run) => {
      await bytes.write(`runs/${run.id}/specialized-1.checkpoint`, new Uint8Array(8));
      await bytes.write(`runs/${run.id}/specialized-2.checkpoint`, new Uint8Array(8));
      await adding(run);
    };
    await app.driver.start();
    const left = [...bytes.files.keys()].filter((name) => name.endsWith('.checkpoint'));
    expect(left).toEqual([expect.stringContaining('specialized-2')]);
  });

  it('marks a run that nobody drives any more as interrupted, and continues it', async () => {
    const first = await openPage({}, '', 10);
    void first.app.driver.start();
    await atTask(first.state, 4);
    const { runs, bytes } = first.services;
    await vi.waitFor(
      async () => expect((await runs.eventsOf(first.state().run!.id)).length).toBeGreaterThan(8),
      15_000,
    );
    const id = first.state().run!.id;
    const given: (readonly RunEvent[])[] = [];
    const engine = recordedEngine(0, { tasks: 12, steps: 10 });
    const specializer = serveSpecializer(engine, ready);
    const noting: SpecializerApi = {
      ...specializer,
      specialize: (request, onEvent) => {
        given.push(request.earlier);
        return specializer.specialize(request, onEvent);
      },
    };
    const second = await openPage(
      { runs, bytes, connectSpecializer: () => directConnection(noting) },
      `#/generate/${id}`,
    );
    expect(second.state().run).toMatchObject({ status: 'interrupted', owner: null });
    await second.app.driver.continue();
    expect(given[0]!.length).toBeGreaterThan(8);
    expect(second.state().run?.status).toBe('finished');
    await first.app.driver.cancel();
  });

  it('only watches a run that another tab drives', async () => {
    const first = await openPage({}, '', 10);
    const run = first.app.driver.start();
    await atTask(first.state, 2);
    const { runs, bytes, takeRunLock } = first.services;
    const second = await openPage({ runs, bytes, takeRunLock }, `#/generate/${first.state().run!.id}`);
    expect(second.state().run).toMatchObject({ status: 'running', owner: 'elsewhere' });
    await second.app.driver.start();
    expect(second.state().notice?.text).toContain('already going');
    await run;
    await vi.waitFor(
      () => expect(second.state().run).toMatchObject({ status: 'finished', owner: null }),
      20_000,
    );
    expect(second.state().run?.state).toEqual(first.state().run?.state);
  });
});

describe('the chat', patient, () => {
  it('labels each answer with the adapter that wrote it', async () => {
    const { app, state } = await openPage();
    await app.driver.start();
    await app.chat.ask('What is aspirin used for?', `runs/${state().run!.id}/specialized/`);
    const [exchange] = state().chat.exchanges;
    expect(exchange?.base?.reply?.adapterHash).toBeNull();
    expect(exchange?.specialised?.reply?.adapterHash).toMatch(/^9f3ac1d2/);
    expect(state().chat.isAnswering).toBe(false);
  });
});

describe('a chat that hangs', patient, () => {
  it('can be stopped, and asked again', async () => {
    const engine = recordedEngine(0, { tasks: 12, steps: 10 });
    let asked = 0;
    const api = {
      ...serveChat(engine, ready),
      chat: () => (++asked, new Promise<never>(() => undefined)),
    };
    const { app, state } = await openPage({ connectChat: () => directConnection(api) });
    for (let i = 1; i <= 2; i++) {
      const asking = app.chat.ask('Anything?', 'none/');
      await vi.waitFor(() => expect(asked).toBe(i));
      app.chat.stop();
      await asking;
      expect(state().chat).toMatchObject({ isAnswering: false });
      expect(state().chat.exchanges.at(-1)?.base?.failure).toBe('Stopped.');
    }
  });
});

describe('an adapter', patient, () => {
  it('can be loaded again from the zip that it was downloaded as', async () => {
    const { app, state } = await openPage();
    await app.driver.start();
    const zip = await app.adapters.zip(`runs/${state().run!.id}/specialized/`);
    await app.adapters.load('mine.zip', zip);
    expect(state().adapters).toMatchObject([{ name: 'mine', description: { rank: 8 } }]);
  });

  it.each([
    ['notes.zip', new Uint8Array([1, 2, 3]), 'notes.zip is not a zip file'],
    ['empty.zip', new Uint8Array([80, 75, 5, 6, ...new Array<number>(18).fill(0)]), 'holds no LoRA adapter'],
  ])('refuses %s with a reason', async (name, bytes, reason) => {
    const { app } = await openPage();
    await expect(app.adapters.load(name, bytes)).rejects.toThrow(reason);
  });
});

describe('what became of a task', patient, () => {
  it('can be overruled while the run is stopped, is stored with it, and goes on with it', async () => {
    const { app, services, state } = await openPage({}, '', 10);
    const run = app.driver.start();
    const rejected = () => state().run!.state.tasks.find((task) => task.decision === 'rejected')!;
    await vi.waitFor(() => expect(rejected()).toBeDefined(), { timeout: 15_000 });
    const { id } = rejected();
    await app.decideTask(rejected());
    expect(state().notice?.text).toMatch(/^The run is still writing\./);
    await app.driver.cancel();
    await run;
    const task = () => state().run!.state.tasks.find((other) => other.id === id)!;
    await app.decideTask(task());
    expect(task()).toMatchObject({ rescued: true });
    expect(task().decision).not.toBe('rejected');
    const runId = state().run!.id;
    expect((await services.runs.eventsOf(runId)).at(-1)).toEqual({ type: 'taskRescued', id });
    await app.openRun(runId);
    expect(task()).toMatchObject({ rescued: true });
    await app.decideTask(task());
    expect(task().rejection?.rule).toBe('discarded');
  });

  it('stays where the task is held out', async () => {
    const { app, state } = await openPage({}, '', 10);
    const run = app.driver.start();
    await atTask(state, 2);
    await app.driver.cancel();
    await run;
    const [first] = state().run!.state.tasks;
    const rejection = { rule: 'heldOut', reason: 'So.', stage: 'instruction' } as const;
    const heldOut = { ...first!, decision: 'rejected', rejection } as const;
    const stopped = state().run!;
    app.store.setState({ run: { ...stopped, state: { ...stopped.state, tasks: [heldOut] } } });
    await app.decideTask(heldOut);
    await app.curation.edit(heldOut.id, { instruction: 'What is water?', input: '' });
    expect(state().run!.state.tasks).toEqual([heldOut]);
  });
});
