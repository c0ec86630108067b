import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specialize } from '../../src/specialize/specialize.ts';
import { applyEvent, type SpecializationState } from '../../src/specialize/state.ts';
import { type Adapter, collect, createRun, type Event, fold } from './specializeRun.ts';

describe('specialize', () => {
  it('goes through the phases in order and reports what the models scored', async () => {
    const { request, trained } = createRun();
    const events = await collect(request);
    const phases = events.flatMap((e) =>
      e.type === 'phaseStarted' ? [`${e.phase.stage} ${e.phase.model ?? ''}`.trim()] : [],
    );
    expect(phases).toEqual([
      'instructions',
      'responses',
      'evaluation base',
      'dataset',
      'training seedsOnly',
      'training specialized',
      'evaluation specialized',
      'evaluation seedsOnly',
    ]);
    const { report, tasks } = fold(events);
    expect(tasks.filter((task) => task.decision === 'kept')).toHaveLength(12);
    expect(report?.verdict).toBe('better');
    expect(report?.heldOut.overall.models.specialized?.exactMatch).toBe(1);
    expect(report?.heldOut.overall.models.base?.exactMatch).toBe(0);
    expect(report?.heldOut.overall.models.seedsOnly?.exactMatch).toBe(0);
    expect(report?.heldOut.tasks.map((row) => [row.name, row.count])).toEqual([
      ['odd', 3],
      ['even', 3],
    ]);
    expect(report?.retention?.overall.count).toBe(2);
    expect(report?.retention?.overall.models.base?.loss).toBe(2);
    expect(report?.retention?.overall.models.specialized?.loss).toBe(0.5);
    expect(report?.counts).toMatchObject({ seeds: 10, kept: 12 });
    expect(trained.map((t) => t.model)).toEqual(['seedsOnly', 'specialized']);
    expect(trained[0]?.train).toHaveLength(8);
    expect((trained[1]?.train.length ?? 0) + (trained[1]?.valid.length ?? 0)).toBe(22);
    expect(events.filter((e) => e.type === 'training').map((e) => e.event)).toEqual([1, 2, 1, 2]);
  });

  it('tests every model after answered seeds too, where that is set, and never outside a test', async () => {
    const { request, base, adapted } = createRun({ fewShot: 2 });
    const { report, evaluations } = fold(await collect(request));
    expect(Object.values(evaluations).map(({ fewShot }) => fewShot?.answers.length)).toEqual([6, 6, 6]);
    expect(report?.fewShot?.comparisons.map(({ of, with: other }) => [of, other])).toContainEqual([
      'specialized',
      'base',
    ]);
    const shown = (prompts: readonly string[]) =>
      prompts.filter((prompt) => /^Task: .*secretol/s.test(prompt));
    expect(shown(base.prompts)).toHaveLength(6);
    expect(shown(adapted.get('specialized')!.prompts)).toEqual(shown(base.prompts));
  });

  it('trains on general tasks too, where that is set, and not the control', async () => {
    const { request, trained } = createRun({ replayShare: 5 / 12 });
    const { dataset } = fold(await collect(request));
    expect(dataset?.train.filter((row) => row.source === 'replay')).toHaveLength(5);
    expect(trained[0]?.train).toHaveLength(8);
    expect((trained[1]?.train.length ?? 0) + (trained[1]?.valid.length ?? 0)).toBe(27);
  });

  it('never shows a held-out task to generation or training', async () => {
    // A model that knows the held-out questions by heart and writes little else.
    const tasks = (call: number) =>
      ` What does secretol${1 + (call % 6)} treat?\n5. What heals drug${call}itis in humans?`;
    const settings = { rounds: 2, recitations: 2, seed: 5, disabledRules: ['offPassage'] };
    const { request, base, trained } = createRun(settings, { tasks });
    const events = await collect(request);
    const evaluations = [...request.domain.heldOut, ...request.domain.retention].map(
      (item) => item.instruction,
    );
    const generationPrompts = base.prompts.filter((prompt) => !evaluations.includes(prompt));
    expect(generationPrompts.length).toBeGreaterThan(20);
    expect(base.prompts.length - generationPrompts.length).toBe(evaluations.length); // asked once each, to evaluate
    expect(generationPrompts.join('\n')).not.toMatch(/secret|general/);
    expect(JSON.stringify(trained)).not.toMatch(/secret|general/);
    const rejected = fold(events).tasks.filter((task) => task.instruction.includes('secret'));
    expect(rejected.length).toBeGreaterThan(5);
    expect(new Set(rejected.map((task) => task.rejection?.rule))).toEqual(new Set(['heldOut']));
  });

  it('keeps the two sides of the split apart, from seeds and passages to rows', async () => {
    const documents = Array.from({ length: 10 }, (_, i) => ({
      id: `doc${i}`,
      text: `Fact ${i} about drug${i}ol and humans.`,
    }));
    const { request } = createRun({ passageShare: 0.6, maxPrompts: 40, tasks: 30 });
    const { tasks, dataset } = fold(await collect({ ...request, documents }));
    const seen = { train: new Set<string>(), valid: new Set<string>() };
    for (const { side, seedIds, passageId } of tasks)
      [...seedIds, passageId ?? ''].forEach((id) => seen[side].add(id));
    seen.train.delete('');
    expect(seen.valid.size).toBeGreaterThan(0);
    expect([...seen.valid].filter((id) => seen.train.has(id))).toEqual([]);
    expect(seen.train.size).toBeGreaterThan(8);
    const rowIds = (side: 'train' | 'valid') => dataset?.[side].map((row) => row.id) ?? [];
    for (const task of tasks) if (task.decision === 'kept') expect(rowIds(task.side)).toContain(task.id);
  });

  it('gives the same events whatever the order in which completions arrive', async () => {
    expect(await collect(createRun({}, { isShuffled: true }).request)).toEqual(
      await collect(createRun().request),
    );
  });

  it('writes other data for another seed', async () => {
    const tasks = async (seed: number) => fold(await collect(createRun({ seed }).request)).tasks;
    expect(await tasks(1)).not.toEqual(await tasks(2));
  });

  describe('continued from what an interrupted run left', () => {
    const changed = { rounds: 2, recitations: 2, passageShare: 0.5, tasks: 6, controls: [] };

    async function expectSameEnd(whole: readonly Event[], stop: number): Promise<void> {
      const state = JSON.parse(JSON.stringify(fold(whole.slice(0, stop)))) as SpecializationState<Adapter>;
      const rest = await collect({ ...createRun(changed).request, state });
      expect(rest.reduce(applyEvent, state)).toEqual(fold(whole));
    }

    it('ends the same, wherever the writing of tasks stopped', async () => {
      const whole = await collect(createRun(changed).request);
      const end = whole.findIndex((e) => e.type === 'phaseFinished' && e.phase.stage === 'instructions');
      expect(end).toBeGreaterThan(10);
      for (let stop = 0; stop <= end; stop++) await expectSameEnd(whole, stop);
    }, 60_000);

    it('ends the same after any event', async () => {
      const whole = await collect(createRun(changed).request);
      const property = fc.asyncProperty(fc.nat(whole.length), (stop) => expectSameEnd(whole, stop));
      await fc.assert(property, { numRuns: 20 });
    }, 60_000);
  });

  it('does nothing twice: a finished run only reports again', async () => {
    const { request, base, trained } = createRun();
    const state = fold(await collect(request));
    const asked = base.prompts.length;
    expect((await collect({ ...request, state })).map((e) => e.type)).toEqual(['done']);
    expect([base.prompts.length, trained.length]).toEqual([asked, 2]);
  });

  it('answers again with the adapter in the second round and trains on the base', async () => {
    const { request, adapted, trained } = createRun({ rounds: 2 });
    const events = await collect(request);
    expect(trained.map((t) => [t.model, t.round])).toEqual([
      ['seedsOnly', 1],
      ['specialized', 1],
      ['specialized', 2],
    ]);
    expect(events.filter((e) => e.type === 'taskAnswered')).toHaveLength(24);
    expect(adapted.size).toBe(2);
  });

  it('stops at once when aborted, lets training clean up, and throws the reason', async () => {
    const { request } = createRun();
    const controller = new AbortController();
    let isCleanedUp = false;
    const train: typeof request.train = async function* ({ model, round }) {
      try {
        yield 1;
        yield 2;
      } finally {
        isCleanedUp = true;
      }
      return { name: model, round, rows: [] };
    };
    const events: Event[] = [];
    const aborted = (async () => {
      for await (const event of specialize({ ...request, train, signal: controller.signal })) {
        events.push(event);
        if (event.type === 'training') controller.abort(new Error('enough'));
      }
    })();
    await expect(aborted).rejects.toThrow('enough');
    expect(events.filter((e) => e.type === 'training')).toHaveLength(1);
    expect(isCleanedUp).toBe(true);
  });

  it('waits at the gate before it asks the model anything more, also within a call', async () => {
    const { request, base } = createRun();
    let open = (): void => {};
    let passed = 0;
    const gate = () =>
      ++passed === 5 ? new Promise<void>((resolve) => (open = resolve)) : Promise.resolve();
    let isDone = false;
    const run = collect({ ...request, gate }).then((events) => ((isDone = true), events));
    while (passed < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { length: asked } = base.prompts;
    expect([isDone, passed]).toEqual([false, 5]);
    expect(asked).toBe(2);
    expect(base.requests).toHaveLength(1);
    open();
    expect(await run).toEqual(await collect(createRun().request));
    expect(base.prompts.length).toBeGreaterThan(asked);
  });

  it('says which filter left nothing to train on', async () => {
    const { request } = createRun({}, { tasks: () => ' Draw a picture of the heart.' });
    await expect(collect(request)).rejects.toThrow(/None of the 20 generated tasks .*"blacklist"/);
  });
});
