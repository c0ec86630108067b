import { describe, expect, it } from 'vitest';
import { discardTask, rescueTask } from '../../src/specialize/rescue.ts';
import { countRejects } from '../../src/specialize/report.ts';
import type { SpecializeSettings } from '../../src/specialize/settings.ts';
import { applyEvent, emptyState, type SpecializationState } from '../../src/specialize/state.ts';
import { phaseKey } from '../../src/specialize/events.ts';
import { specializationFiles } from '../../src/specialize/artefacts.ts';
import type { TaskWording } from '../../src/taskChanges.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { type Adapter, collect, createRun, fold } from './specializeRun.ts';

/** Of each three tasks that it writes one is refused at once, one is held out, and one is sound. */
const tasks = (call: number) =>
  ` Draw drug${call}ol for me?\n5. What does secretol${1 + (call % 6)} treat?\n6. What is drug${call}ol used against?`;
const changed = { validFraction: 0, controls: [], tasks: 6, maxPrompts: 6 };

async function runWith(more: Partial<SpecializeSettings> = {}) {
  const { request, trained } = createRun({ ...changed, ...more }, { tasks });
  const events = await collect(request);
  return { events, state: fold(events), request, trained };
}

/** What a run has come to before its dataset. */
async function stoppedRun(more: Partial<SpecializeSettings> = {}) {
  const whole = await runWith(more);
  const end = whole.events.findIndex(
    (event) => event.type === 'phaseStarted' && event.phase.stage === 'dataset',
  );
  return { ...whole, state: fold(whole.events.slice(0, end)) };
}

const byRule = (state: SpecializationState<Adapter>, rule: string): GeneratedTask =>
  state.tasks.find(({ rejection }) => rejection?.rule === rule)!;
const trainedOn = (state: SpecializationState<Adapter>) => state.dataset!.train.map(({ id }) => id);

describe('a rejected task', () => {
  it('is kept when a person rescues it, and answered where it had no answer', async () => {
    const { state, request, trained } = await stoppedRun();
    const { id, instruction } = byRule(state, 'blacklist');
    const end = (await collect({ ...request, state: rescueTask(state, id) })).reduce(
      applyEvent,
      rescueTask(state, id),
    );
    expect(end.tasks.find((task) => task.id === id)).toMatchObject({
      ...{ decision: 'kept', rescued: true, output: 'drug0itis' },
    });
    expect(end.tasks.find((task) => task.id === id)).not.toHaveProperty('rejection');
    expect(trainedOn(end)).toContain(id);
    expect(JSON.stringify(trained.at(-1))).toContain(instruction);
    expect(end.tasks.filter((task) => task.decision === 'kept')).toHaveLength(7);
  });

  it('keeps the answer that it had, in further rounds too', async () => {
    const { state, request } = await stoppedRun({ rounds: 2 });
    const [kept, ...others] = state.tasks.filter(({ decision }) => decision === 'kept');
    const rejection = { rule: 'grounding', reason: 'So.', stage: 'response' } as const;
    const rejected = { ...kept!, output: 'as it was', decision: 'rejected', rejection } as const;
    const before = { ...state, tasks: [rejected, ...others] };
    const rescued = rescueTask(before, rejected.id);
    expect(rescued.tasks[0]).toMatchObject({ decision: 'kept', rescued: true, output: 'as it was' });
    const end = (await collect({ ...request, state: rescued })).reduce(applyEvent, rescued);
    expect(end.round).toBe(2);
    expect(end.tasks[0]).toMatchObject({ decision: 'kept', rescued: true, output: 'as it was' });
    expect(trainedOn(end)).toContain(rejected.id);
  });

  it('is never rescued where it is held out, whatever else was wrong with it', async () => {
    const { state, request } = await stoppedRun();
    const leaked = byRule(state, 'heldOut');
    expect(() => rescueTask(state, leaked.id)).toThrow(/held-out task, which must stay unseen/);
    // A run from before the rule came first: the reason it bears is another.
    const disguised: GeneratedTask = { ...leaked, decision: 'kept', rescued: true, output: 'secret' };
    const tampered: SpecializationState<Adapter> = {
      ...state,
      tasks: [...state.tasks, { ...disguised, id: 'disguised' }],
    };
    const end = (await collect({ ...request, state: tampered })).reduce(applyEvent, tampered);
    expect(trainedOn(end)).not.toContain('disguised');
  });
});

describe('a kept task', () => {
  it('is left out when a person discards it, and counted so', async () => {
    const { state, request } = await stoppedRun({ rounds: 2 });
    const { id } = state.tasks.find(({ decision }) => decision === 'kept')!;
    const discarded = discardTask(state, id);
    expect(countRejects(discarded.tasks)).toContainEqual(
      expect.objectContaining({ rule: 'discarded', count: 1 }),
    );
    const end = (await collect({ ...request, state: discarded })).reduce(applyEvent, discarded);
    expect(trainedOn(end)).not.toContain(id);
    expect(end.round).toBe(2);
  });

  it('can be taken back', async () => {
    const { state } = await stoppedRun();
    const { id, ...task } = state.tasks.find(({ decision }) => decision === 'kept')!;
    const again = rescueTask(discardTask(state, id), id);
    expect(again.tasks.find((other) => other.id === id)).toEqual({ ...task, id, rescued: true });
  });
});

describe('a task that a person words anew', () => {
  const wording = { instruction: 'Name the illness.', input: 'Of the sugar.', output: 'diabetes' };
  const edit = (state: SpecializationState<Adapter>, id: string, changed: TaskWording = wording) =>
    applyEvent(state, { type: 'taskEdited', id, wording: changed });

  it('is trained on as it is worded now, in further rounds too, and marked in what is handed out', async () => {
    const { state, request, trained } = await stoppedRun({ rounds: 2 });
    const { id, instruction } = state.tasks.find(({ decision }) => decision === 'kept')!;
    const edited = edit(state, id);
    const end = (await collect({ ...request, state: edited })).reduce(applyEvent, edited);
    expect(end.round).toBe(2);
    for (const { train } of trained.slice(-2)) {
      expect(JSON.stringify(train)).toContain('Name the illness.');
      expect(JSON.stringify(train)).toContain('diabetes');
      expect(JSON.stringify(train)).not.toContain(instruction);
    }
    const files = specializationFiles(end, request.domain);
    const lineOf = (file: string) => files[file]!.split('\n').find((line) => line.includes(`"${id}"`))!;
    expect(JSON.parse(lineOf('train.jsonl'))).toMatchObject({ id, edited: true });
    expect(JSON.parse(lineOf('tasks.jsonl'))).toMatchObject({ ...wording, written: { instruction } });
    expect(files['train.jsonl']!.match(/"edited":true/g)).toHaveLength(1);
  });

  it('is answered by the model where it is left without an answer', async () => {
    const { state, request } = await stoppedRun();
    const { id } = state.tasks.find(({ decision }) => decision === 'kept')!;
    const edited = edit(state, id, { instruction: 'What is drug5ol used against?', input: '' });
    const end = (await collect({ ...request, state: edited })).reduce(applyEvent, edited);
    expect(end.tasks.find((task) => task.id === id)).toMatchObject({ decision: 'kept', output: 'drug5itis' });
    expect(trainedOn(end)).toContain(id);
  });

  it('is as it was where that is taken back', async () => {
    const { state } = await stoppedRun();
    const task = state.tasks.find(({ decision }) => decision === 'kept')!;
    const back = applyEvent(edit(state, task.id), { type: 'taskRestored', task });
    expect(back.tasks).toEqual(state.tasks);
  });
});

describe('decisions', () => {
  it.each([
    ['rescue', rescueTask],
    ['discard', discardTask],
  ] as const)('to %s are refused where there is nothing to decide', async (_, decide) => {
    const { state } = await stoppedRun();
    expect(() => decide(state, 'task-99.9')).toThrow(/no task "task-99\.9"/);
    const kept = state.tasks.find(({ decision }) => decision === 'kept')!;
    const rejected = byRule(state, 'blacklist');
    expect(() => decide(state, (decide === rescueTask ? kept : rejected).id)).toThrow(/rejected/);
    const made = { ...state, finished: [phaseKey({ stage: 'dataset', round: 1 })] };
    expect(() => decide(made, (decide === rescueTask ? rejected : kept).id)).toThrow(/too late/);
    expect(() => decide(emptyState<Adapter>(), 'a')).toThrow(/no task "a"/);
  });

  it('made beforehand come to the same, in a run that is repeated', async () => {
    const { state } = await runWith();
    const kept = state.tasks.find(({ decision }) => decision === 'kept')!;
    const decided = await runWith({ rescue: [byRule(state, 'blacklist').id], discard: [kept.id] });
    expect(trainedOn(decided.state)).toContain(byRule(state, 'blacklist').id);
    expect(trainedOn(decided.state)).not.toContain(kept.id);
  });

  it('made beforehand on held-out or unknown tasks stop the run with a sentence', async () => {
    const { state } = await runWith();
    await expect(runWith({ rescue: [byRule(state, 'heldOut').id] })).rejects.toThrow(/held-out task/);
    await expect(runWith({ discard: ['task-99.1'] })).rejects.toThrow(/no task "task-99\.1"/);
  });
});
