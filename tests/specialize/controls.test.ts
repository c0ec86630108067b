import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlNames, type ControlName } from '../../src/specialize/controlNames.ts';
import type { TrainingExample } from '../../src/specialize/dataset.ts';
import { applyEvent, type SpecializationState } from '../../src/specialize/state.ts';
import { type Adapter, collect, createRun, type Event, fold } from './specializeRun.ts';

const documents = Array.from({ length: 6 }, (_, i) => ({
  id: `doc${i}`,
  text: `Fact ${i} about drug${i}ol and humans.`,
}));
const changed = { passageShare: 0.6, tasks: 16, maxPrompts: 40, validFraction: 0 };

/** What a control's adapter and the specialised one were trained on, and the run's last state. */
async function trainedOn(control: ControlName, options: Parameters<typeof createRun>[1] = {}) {
  const { request, base, trained } = createRun({ ...changed, controls: [control] }, options);
  const state = fold(await collect({ ...request, documents }));
  const rowsOf = (name: string): readonly TrainingExample[] =>
    trained.find(({ model }) => model === name)!.train;
  return { state, base, own: rowsOf(control), whole: rowsOf('specialized') };
}

const contentsOf = (row: TrainingExample): string[] =>
  'prompt' in row ? [row.prompt, row.completion] : row.messages.map(({ content }) => content);
const promptsOf = (rows: readonly TrainingExample[]) => rows.map((row) => contentsOf(row)[0]!);
const answersOf = (rows: readonly TrainingExample[]) => rows.map((row) => contentsOf(row).at(-1)!);

describe('controls', () => {
  it('without filters: as many tasks as were kept, rejected ones among them, but none that is held out', async () => {
    const tasks = (call: number) =>
      ` Draw a picture of drug${call}ol.\n5. What does secretol1 treat?\n5. What is drug${call}ol used against?`;
    const { state, own, whole } = await trainedOn('unfiltered', { tasks });
    expect(own).toHaveLength(whole.length);
    expect(promptsOf(own).join('\n')).toContain('Draw a picture');
    expect(promptsOf(whole).join('\n')).not.toContain('Draw a picture');
    expect(promptsOf(own).join('\n')).not.toContain('secret');
    expect(state.controls.unfiltered?.every(({ decision }) => decision === 'kept')).toBe(true);
  });

  it('without retrieval: the same tasks, answered without a passage', async () => {
    const { state, base, own, whole } = await trainedOn('noRetrieval');
    expect(promptsOf(own)).toEqual(promptsOf(whole));
    expect(state.tasks.some(({ decision, passageId }) => decision === 'kept' && passageId)).toBe(true);
    expect(state.controls.noRetrieval?.every(({ passageId }) => passageId === undefined)).toBe(true);
    for (const { instruction } of state.controls.noRetrieval!) {
      const asked = base.prompts.filter((prompt) => prompt.includes(instruction));
      expect(asked.some((prompt) => !prompt.includes('Fact'))).toBe(true);
    }
  });

  it('with shuffled answers: the same tasks and the same answers, but not together', async () => {
    const { own, whole } = await trainedOn('randomLabels');
    expect(promptsOf(own)).toEqual(promptsOf(whole));
    expect(answersOf(own)).not.toEqual(answersOf(whole));
    expect(answersOf(own).toSorted()).toEqual(answersOf(whole).toSorted());
    expect(answersOf(own).slice(0, 10)).toEqual(answersOf(whole).slice(0, 10)); // the seeds stay right
  });

  it('with less data: all seeds and a share of the rest, the smaller within the larger', async () => {
    const [eighth, quarter, half] = await Promise.all(
      (['eighth', 'quarter', 'half'] as const).map(async (name) => (await trainedOn(name)).own),
    );
    expect([eighth, quarter, half].map((rows) => rows!.length)).toEqual([12, 14, 18]);
    expect(promptsOf(half!)).toEqual(expect.arrayContaining(promptsOf(quarter!)));
    expect(promptsOf(quarter!)).toEqual(expect.arrayContaining(promptsOf(eighth!)));
  });

  it('are compared with the specialist and the base in the report', async () => {
    const { request } = createRun({ ...changed, controls: ['randomLabels', 'half'] });
    const { report } = fold(await collect(request));
    expect(report?.heldOut.comparisons.map((c) => `${c.of} ${c.with}`)).toEqual([
      'specialized base',
      ...['specialized randomLabels', 'specialized half', 'randomLabels base', 'half base'],
    ]);
    expect(report?.heldOut.comparisons[1]?.verdict).toBe('better');
  });

  it('are continued wherever a run was interrupted', async () => {
    const every = { ...changed, tasks: 6, controls: [...controlNames] };
    const whole = await collect({ ...createRun(every).request, documents });
    const expected = fold(whole);
    const property = fc.asyncProperty(fc.nat(whole.length), async (stop) => {
      const state = JSON.parse(JSON.stringify(fold(whole.slice(0, stop)))) as SpecializationState<Adapter>;
      const rest: Event[] = await collect({ ...createRun(every).request, documents, state });
      expect(rest.reduce(applyEvent, state)).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 20 });
  }, 60_000);
});

it('does not answer again what a control had answered before it was interrupted', async () => {
  const { request } = createRun({ ...changed, controls: ['noRetrieval'] });
  const whole = await collect({ ...request, documents });
  const isAnswer = (e: Event) => e.type === 'controlAnswer' && e.event.type === 'taskKept';
  const kept = whole.flatMap((e, i) => (isAnswer(e) ? [i] : []));
  const state = fold(whole.slice(0, kept[7]! + 1));
  const rest = await collect({
    ...createRun({ ...changed, controls: ['noRetrieval'] }).request,
    documents,
    state,
  });
  expect(rest.filter(isAnswer)).toHaveLength(kept.length - 8);
});

describe('a second round', () => {
  const twoRounds = { rounds: 2, controls: [] };

  it('is undone where held-out scores fall: tasks, adapter and scores are those of the first', async () => {
    const { request } = createRun(twoRounds, {}, ({ round }) => round === 1);
    const events = await collect(request);
    const { report, adapters, rolledBack, evaluations, tasks } = fold(events);
    expect(adapters.specialized?.round).toBe(1);
    expect(rolledBack?.reason).toMatch(/^Round 2 was undone: F1 on held-out tasks fell from 100.0 to /);
    expect(report?.rolledBack).toEqual(rolledBack);
    expect(evaluations.specialized?.heldOut.overall.f1).toBe(1);
    const first = fold(
      events.slice(
        0,
        events.findIndex(({ type }) => type === 'roundStarted'),
      ),
    );
    expect(tasks).toEqual(first.tasks);
    expect(report?.verdict).toBe('better');
  });

  it('stays where scores do not fall by more than what is allowed', async () => {
    const { request } = createRun(twoRounds);
    const { adapters, rolledBack } = fold(await collect(request));
    expect([adapters.specialized?.round, rolledBack]).toEqual([2, undefined]);
    const lenient = createRun({ ...twoRounds, maxFall: 1 }, {}, ({ round }) => round === 1);
    expect(fold(await collect(lenient.request)).adapters.specialized?.round).toBe(2);
  });
});

describe('fewer seeds', () => {
  it('are drawn at random, fewer among more, and nothing else is shown', async () => {
    const seedsOf = async (seedCount: number) => {
      const { request } = createRun({ seedCount, validFraction: 0, controls: [] });
      const { tasks, dataset } = fold(await collect(request));
      const shown = new Set(tasks.flatMap(({ seedIds }) => seedIds));
      const trained = dataset!.train.filter(({ source }) => source === 'seed').map(({ id }) => id);
      expect([...shown].filter((id) => !trained.includes(id))).toEqual([]);
      return trained;
    };
    const drawn = await Promise.all([1, 2, 3, 5, 7].map(seedsOf));
    expect(drawn.map(({ length }) => length)).toEqual([1, 2, 3, 5, 7]);
    drawn.slice(1).forEach((more, i) => expect(more).toEqual(expect.arrayContaining(drawn[i]!)));
  });
});
