import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { applyEvent, emptyState } from '../../src/specialize/state.ts';
import { replayRun } from '../../src/ui/store/runState.ts';
import { readRunEvents } from '../../src/ui/store/storedRun.ts';
import { isDecided } from '../../src/ui/store/taskDecisions.ts';
import type { RunEvent } from '../../src/workerApi/runEvent.ts';
import { memoryByteStore, sharedLock } from './support/inMemory.ts';
import { openPage } from './support/openPage.ts';
import { exampleParameters } from './support/recordedEngine.ts';
import { exampleDomain, recordedRun } from './support/recordedRun.ts';

const patient = { timeout: 60_000 };
const domain = exampleDomain('biomedicine');
const written = [...recordedRun(domain, { tasks: 12, steps: 4 })];
const untilAnswered = written.slice(
  0,
  written.findIndex((event) => event.type === 'phaseStarted' && event.phase.stage === 'evaluation'),
);

/** A page that shows a stored run whose tasks are all answered. */
async function openStopped(events: readonly RunEvent[] = untilAnswered) {
  const page = await openPage();
  const { runs } = page.services;
  const snapshot = { domain, documents: [], parameters: exampleParameters };
  await runs.add({ id: 'r', createdAt: 0, title: 'r', status: 'waiting', snapshot });
  await runs.append('r', events);
  await page.app.openRun('r');
  const tasks = () => page.state().run!.state.tasks;
  return { ...page, runs, tasks, task: (id: string) => tasks().find((task) => task.id === id)! };
}

/** The tasks to which stored events lead in the engine, which trains on them. */
const tasksInEngine = (events: readonly RunEvent[]) =>
  events.reduce(
    (state, event) => (event.type === 'device' || event.type === 'note' ? state : applyEvent(state, event)),
    emptyState<unknown>(),
  ).tasks;

const ids = Array.from({ length: 12 }, (_, i) => `task-${i}`);
const someIds = fc.uniqueArray(fc.constantFrom(...ids, 'unknown'), { minLength: 1, maxLength: 5 });
const text = fc.constantFrom('', ' ', 'What is water?', 'Why?', 'asthma', 'a\nb');
const deed = fc.oneof(
  fc.record({
    type: fc.constant('decide' as const),
    ids: someIds,
    verdict: fc.constantFrom('keep' as const, 'discard' as const),
  }),
  fc.record({
    type: fc.constant('edit' as const),
    ids: someIds,
    wording: fc.record({ instruction: text, input: text, output: text }),
  }),
  fc.record({ type: fc.constant('keepOnly' as const), ids: someIds }),
  fc.record({ type: fc.constant('undo' as const) }),
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;
type Page = Awaited<ReturnType<typeof openStopped>>;

async function doIt({ app }: Page, done: Deed): Promise<void> {
  if (done.type === 'undo') return app.curation.undo();
  if (done.type === 'decide') return app.curation.decide(done.ids, done.verdict);
  if (done.type === 'keepOnly') return app.curation.keepOnly(done.ids[0]!, done.ids);
  await app.curation.edit(done.ids[0]!, done.wording).catch((error: Error) => {
    expect(error.message).toMatch(/needs a question/);
  });
}

describe('what a person does with tasks', patient, () => {
  it('can be taken back, all of it, and the run is as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 12 }), async (deeds) => {
        const page = await openStopped();
        const before = page.state().run!.state;
        for (const one of deeds) await doIt(page, one);
        while (page.state().curation.undoable.length > 0) await page.app.curation.undo();
        expect(page.state().run!.state).toEqual(before);
        expect(tasksInEngine(await page.runs.eventsOf('r'))).toEqual(before.tasks);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same after a reload, and in the engine that goes on with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 12 }), async (deeds) => {
        const page = await openStopped();
        for (const one of deeds) await doIt(page, one);
        const stored = await page.runs.eventsOf('r');
        expect(readRunEvents(stored)).toEqual(stored);
        expect(replayRun(stored)).toEqual(page.state().run!.state);
        expect(tasksInEngine(stored)).toEqual(page.tasks());
      }),
      { numRuns: 40 },
    );
  });

  it('comes one after the other, however fast the keys are', async () => {
    const { app, tasks } = await openStopped();
    await Promise.all(ids.map((id) => app.curation.decide([id], 'keep')));
    expect(tasks().filter(isDecided)).toHaveLength(12);
  });

  it('says in one step what it was, with how many tasks', async () => {
    const { app, state, task } = await openStopped();
    await app.curation.decide(['task-0', 'task-1', 'task-3'], 'discard');
    // task-3 was rejected already.
    expect(state().curation.undoable.map(({ title }) => title)).toEqual(['2 tasks discarded']);
    await app.curation.keepOnly('task-3', ['task-2', 'task-3']);
    expect([task('task-2').decision, task('task-3').rescued]).toEqual(['rejected', true]);
    expect(state().curation.spoken).toBe('One of 2 tasks kept.');
    await app.curation.undo();
    expect(state().curation.spoken).toBe('Taken back: One of 2 tasks kept.');
    expect(task('task-2').decision).toBe('kept');
  });

  it('words a task anew, but never as one that the run is tested with', async () => {
    const { app, task, runs } = await openStopped();
    const { instruction, input } = task('task-1');
    await app.curation.edit('task-1', { instruction, input, output: ' sugar disease ' });
    expect(task('task-1')).toMatchObject({
      output: 'sugar disease',
      decision: 'kept',
      written: { instruction },
    });
    const before = (await runs.eventsOf('r')).length;
    const heldOut = domain.heldOut[0]!;
    await expect(app.curation.edit('task-1', { ...heldOut, input: '' })).rejects.toThrow(/must stay unseen/);
    expect((await runs.eventsOf('r')).length).toBe(before);
  });

  it('is refused once the data set is made, and where another tab drives the run', async () => {
    const made: RunEvent = { type: 'datasetReady', dataset: { train: [], valid: [] } };
    const late = await openStopped([...untilAnswered, made]);
    await expect(late.app.curation.decide(['task-0'], 'discard')).rejects.toThrow(/^Training has begun/);
    const takeRunLock = sharedLock();
    const page = await openPage({ takeRunLock });
    page.app.store.setState({ run: { ...late.state().run!, state: replayRun(untilAnswered) } });
    await takeRunLock();
    await expect(page.app.curation.decide(['task-0'], 'discard')).rejects.toThrow(/^Another tab/);
  });

  it('leaves alone what is written again when the run goes on', async () => {
    const cut = untilAnswered.findLastIndex((event) => event.type === 'taskGenerated');
    const { app, task, tasks } = await openStopped(untilAnswered.slice(0, cut + 1));
    await app.curation.decide([tasks().at(-1)!.id, 'task-0'], 'discard');
    expect(task('task-0').rejection?.rule).toBe('discarded');
    expect(tasks().at(-1)!.rejection?.rule).not.toBe('discarded');
  });
});

describe('a run that is to stop before training', patient, () => {
  it('waits with all tasks answered, does so once, and goes on with what was decided', async () => {
    const { app, state, services } = await openPage({}, '', 2);
    await app.driver.stopBeforeTraining(true);
    expect(await app.driver.start()).toBe('waiting');
    expect(state()).toMatchObject({ step: 'curate', stopsBeforeTraining: false, run: { owner: null } });
    const { run } = state();
    expect(run!.state.tasks.every(({ decision }) => decision !== 'pending')).toBe(true);
    expect(run!.state.hasDataset).toBe(false);
    await app.curation.decide([run!.state.tasks[0]!.id], 'discard');
    expect(state().curation.undoable).toHaveLength(1);
    const end = app.driver.continue();
    await vi.waitFor(() => expect(state().run!.owner).toBe('here'));
    expect(state().curation.undoable).toEqual([]);
    expect(await end).toBe('finished');
    expect((await services.runs.eventsOf(run!.id)).some(({ type }) => type === 'taskDiscarded')).toBe(true);
  });

  it('can be told so while it is going', async () => {
    const { app, state } = await openPage({}, '', 10);
    const run = app.driver.start();
    await vi.waitFor(() => expect(state().run?.state.tasks.length).toBeGreaterThan(0));
    await app.driver.stopBeforeTraining(true);
    expect(await run).toBe('waiting');
  });
});

describe('whether single keys decide', () => {
  it('is remembered', async () => {
    const bytes = memoryByteStore();
    const first = await openPage({ bytes });
    expect(first.state().curation.hasShortcuts).toBe(true);
    await first.app.shortcuts.set(false);
    const second = await openPage({ bytes });
    expect(second.state().curation.hasShortcuts).toBe(false);
  });

  it('falls back to what it was at first where the note is damaged, and says so', async () => {
    const bytes = memoryByteStore();
    await bytes.write('choices/shortcuts.json', new TextEncoder().encode('"maybe"'));
    const { state } = await openPage({ bytes });
    expect(state().curation.hasShortcuts).toBe(true);
    expect(state().damages[0]?.text).toMatch(/^Whether single keys decide cannot be read/);
  });
});
