import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent, type SpecializationState } from '../../src/specialize/state.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { type Adapter, collect, createRun, type Event, fold } from './specializeRun.ts';

const documents = [
  { id: 'drugs.md', text: 'The drug100ol is used against the drug100itis in humans and animals.' },
  { id: 'more.md', text: 'The drug7ol is used against the drug7itis in humans and animals.' },
];

/** Answers about even drugs follow from their tasks, others do not; a passage helps by 0.5 nats per token. */
const meanLogLikelihood = (prompt: string, completion: string): number => {
  const number = Number(/\d+/.exec(completion)?.[0] ?? 0);
  const help = prompt.includes('Text:') ? 0.5 : 0;
  if (prompt === '') return -2;
  return (number % 2 === 0 ? -1 : -3) + help;
};

const weighing = { ifdBand: [0, 1], minEvidenceGain: null, passageShare: 0.5, minGrounding: 0 } as const;
const runOf = (changed: Parameters<typeof createRun>[0] = {}) => {
  const run = createRun({ ...weighing, ...changed }, { meanLogLikelihood });
  // Without general tasks, whose right answers would be weighed as well.
  const domain = { ...run.request.domain, retention: [] };
  return { ...run, request: { ...run.request, domain, documents } };
};

const weighed = (tasks: readonly GeneratedTask[]) => tasks.filter(({ scores }) => scores);

describe('likelihoods of answers', () => {
  it('reject those that do not follow from their task, with the value, and stay with every task', async () => {
    const { request, base } = runOf();
    const { tasks, report } = fold(await collect(request));
    const own = weighed(tasks);
    expect(own.length).toBeGreaterThan(4);
    expect(base.scored).toHaveLength(2 * own.length);
    for (const { output, scores, decision, rejection } of own) {
      const isEven = Number(/\d+/.exec(output!)?.[0] ?? 0) % 2 === 0;
      expect(scores!.ifd).toBeCloseTo(Math.exp(isEven ? -1 : 1), 10);
      expect(scores).not.toHaveProperty('evidenceGain');
      expect(decision).toBe(isEven ? 'kept' : 'rejected');
      if (!isEven)
        expect(rejection).toEqual({
          rule: 'ifd',
          reason:
            "The answer's perplexity after the task is 2.72 of that alone; from 0 to below 1 is asked for.",
          stage: 'response',
        });
    }
    const rejected = own.filter(({ decision }) => decision === 'rejected').length;
    expect(rejected).toBeGreaterThan(0);
    expect(report!.rejects.find(({ rule }) => rule === 'ifd')?.count).toBe(rejected);
  });

  it('reject nothing that a person kept', async () => {
    const { request } = runOf();
    const whole = await collect(request);
    const begin = whole.findIndex(
      (event) => event.type === 'phaseStarted' && event.phase.stage === 'likelihoods',
    );
    const state = fold(whole.slice(0, begin));
    const { id } = fold(whole).tasks.find(({ rejection }) => rejection?.rule === 'ifd')!;
    const kept = applyEvent(state, { type: 'taskRescued', id });
    const end = (await collect({ ...request, state: kept })).reduce(applyEvent, kept);
    expect(end.tasks.find((task) => task.id === id)).toMatchObject({ decision: 'kept', rescued: true });
    expect(end.tasks.some(({ rejection }) => rejection?.rule === 'ifd')).toBe(true);
  });

  it('say what a passage adds, under the demonstrations that the answer was given after', async () => {
    const { request, base } = runOf({ ifdBand: null, minEvidenceGain: 0.6, retrieve: false });
    const { tasks } = fold(await collect(request));
    const own = tasks.filter(({ scores }) => scores?.evidenceGain !== undefined);
    expect(own.length).toBeGreaterThan(0);
    for (const { scores, rejection } of own) {
      expect(scores!.evidenceGain).toBeCloseTo(0.5, 10);
      expect(rejection?.rule).toBe('evidenceGain');
      expect(rejection?.reason).toMatch(/by 0\.50 nats per token; at least 0\.6 is asked for\.$/);
    }
    // The prompt with the passage is the very prompt that was answered; answers go on with a space.
    for (const { prompt, completion } of base.scored.filter((_, i) => i % 2 === 0)) {
      expect(base.prompts).toContain(prompt);
      expect(completion).toMatch(/^ \S/);
    }
    const bare = base.scored.filter((_, i) => i % 2 === 1);
    expect(bare.some(({ prompt }) => (prompt as string).includes('Text:'))).toBe(false);
    // Tasks without a passage have nothing to gain from one, and stay.
    expect(tasks.some(({ scores, decision }) => scores && !('evidenceGain' in scores) && decision === 'kept')).toBe(true); // prettier-ignore
  });

  it('are not asked for without a setting, or where the rule is switched off', async () => {
    for (const changed of [{ ifdBand: null }, { disabledRules: ['ifd'] }]) {
      const { request, base } = runOf(changed);
      const events = await collect(request);
      expect(base.scored).toEqual([]);
      expect(events.some((e) => e.type === 'phaseStarted' && e.phase.stage === 'likelihoods')).toBe(false);
    }
  });

  it('are asked of controls too, but not of the one without filters', async () => {
    const { request } = runOf({ controls: ['noRetrieval', 'unfiltered'] });
    const events = await collect(request);
    const { controls } = fold(events);
    const ofControl = events.filter((e) => e.type === 'controlAnswer' && e.event.type === 'taskScored');
    expect(ofControl).toHaveLength(controls.noRetrieval!.length);
    expect(controls.unfiltered!.some(({ rejection }) => rejection?.rule === 'ifd')).toBe(false);
  });

  it('are computed anew of what a second round answers', async () => {
    const { request } = runOf({ rounds: 2, maxFall: 1 });
    const events = await collect(request);
    const second = events.slice(events.findIndex(({ type }) => type === 'roundStarted'));
    const scored = second.filter(({ type }) => type === 'taskScored');
    expect(scored.length).toBeGreaterThan(0);
    expect(scored).toHaveLength(weighed(fold(events).tasks).length);
  });

  it('are computed once, wherever a run was interrupted', async () => {
    const settings = { controls: ['noRetrieval' as const], minEvidenceGain: 0.1, rounds: 2, maxFall: 1 };
    const { request } = runOf(settings);
    const whole = await collect(request);
    const expected = fold(whole);
    const isScored = (e: Event) =>
      e.type === 'taskScored' || (e.type === 'controlAnswer' && e.event.type === 'taskScored');
    const property = fc.asyncProperty(fc.nat(whole.length), async (stop) => {
      const state = JSON.parse(JSON.stringify(fold(whole.slice(0, stop)))) as SpecializationState<Adapter>;
      const rest = await collect({ ...runOf(settings).request, state });
      expect(rest.reduce(applyEvent, state)).toEqual(expected);
      expect(rest.filter(isScored)).toHaveLength(whole.slice(stop).filter(isScored).length);
    });
    await fc.assert(property, { numRuns: 25 });
  }, 60_000);
});
