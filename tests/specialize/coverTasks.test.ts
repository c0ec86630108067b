import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specializationFiles } from '../../src/specialize/artefacts.ts';
import { discardTask } from '../../src/specialize/rescue.ts';
import { specialize } from '../../src/specialize/specialize.ts';
import { applyEvent, type SpecializationState } from '../../src/specialize/state.ts';
import { type Adapter, collect, createRun, type Event, fold } from './specializeRun.ts';
import { exampleDomain } from './stubModel.ts';

/** Passages about drugs 0, 20, …: a point says only which number a text has. */
const documents = Array.from({ length: 8 }, (_, i) => ({
  id: `${i}.md`,
  text: `The substance number ${20 * i} occurs in humans and animals alike, as is said.`,
}));
const embedding = (text: string): readonly number[] => {
  const number = Number(/\d+/.exec(text)?.[0] ?? 0);
  return [number, text.includes('?') ? 500 : 0, Math.sin(number)];
};

/** Writes about what it is shown, if that has a small number, and else about small numbers all the same. */
const tasks = (_call: number, prompt: string) => {
  const number = Number(/number (\d+)/.exec(prompt)?.[1] ?? 0);
  const digits = [...(prompt.split('Text:')[0] ?? '').matchAll(/\d+/g)];
  const salt = digits.reduce((sum, [digit], i) => sum + Number(digit) * (i + 1), 0) % 9;
  const about = (number > 60 ? 0 : number) + salt;
  return ` What does drug${about}ol do in humans?\n5. What does drug${about + 9}ol cure in animals?`;
};

const settings = {
  ...{ coverage: true, passageShare: 1, tasks: 16, maxPrompts: 60, controls: [], validFraction: 0 },
  ...{ disabledRules: ['novelty', 'answeredNovelty', 'offPassage', 'grounding'] },
} as const;
const runOf = (changed: Parameters<typeof createRun>[0] = {}) => {
  const run = createRun({ ...settings, ...changed }, { embedding, tasks });
  return { ...run, request: { ...run.request, documents } };
};
describe('coverage of the documents', () => {
  it('lets the second half show the passages that the first has left out', async () => {
    const { request } = runOf();
    const events = await collect(request);
    const { coverage, tasks: written } = fold(events);
    const half = events.findIndex((e) => e.type === 'coverageMeasured');
    const before = fold(events.slice(0, half));
    expect(before.tasks.filter(({ decision }) => decision !== 'rejected')).toHaveLength(8);
    const uncovered = coverage!.half!.passages.filter(({ isCovered }) => !isCovered);
    expect(uncovered.length).toBeGreaterThanOrEqual(2);
    expect(uncovered.length).toBeLessThan(8);
    const allowed = new Set(uncovered.map(({ id }) => id));
    const shown = (isSecond: boolean) =>
      written
        .filter(({ prompt }) => prompt >= before.promptsUsed === isSecond)
        .map((task) => task.passageId!);
    expect(shown(true).length).toBeGreaterThan(0);
    expect(shown(true).every((id) => allowed.has(id))).toBe(true);
    expect(shown(false).every((id) => allowed.has(id))).toBe(false);
    const kept = written.filter(({ decision }) => decision === 'kept').map(({ id }) => id);
    expect(coverage!.kept!.tasks.map(({ id }) => id)).toEqual(kept);
  });

  it('goes into report and figure', async () => {
    const state = fold(await collect(runOf().request));
    const files = specializationFiles(state, exampleDomain());
    expect(files['coverage.svg']).toMatch(/^<svg /);
    expect(files['report.md']).toMatch(
      /## Coverage\n\nHalfway: \d of 8 passages .* At the end: \d of 8 passages .*\n\n!\[.*\]\(coverage\.svg\)/,
    );
  });

  it('changes nothing where it is off or there are no documents', async () => {
    for (const request of [runOf({ coverage: false }).request, { ...runOf().request, documents: [] }]) {
      const events = await collect(request);
      expect(events.some((e) => e.type === 'coverageMeasured')).toBe(false);
      expect(fold(events)).not.toHaveProperty('coverage');
    }
  });

  it('leaves half of the prompts for the second half, however little was written', async () => {
    const nothing = () => ' What?';
    const run = createRun({ ...settings, maxPrompts: 9, controls: [] }, { embedding, tasks: nothing });
    const events: Event[] = [];
    const reading = specialize({ ...run.request, documents });
    await expect(
      (async () => {
        for await (const event of reading) events.push(event);
      })(),
    ).rejects.toThrow('None of the');
    const half = events.findIndex((e) => e.type === 'coverageMeasured');
    expect(fold(events.slice(0, half)).promptsUsed).toBe(5);
    expect(fold(events).promptsUsed).toBe(9);
  });

  it('is measured anew where a person decided otherwise after it', async () => {
    const whole = await collect(runOf().request);
    const mapped = whole.findLastIndex((e) => e.type === 'phaseFinished' && e.phase.stage === 'coverage');
    const state = fold(whole.slice(0, mapped + 1));
    const id = state.tasks.find(({ decision }) => decision === 'kept')!.id;
    const { request } = runOf();
    const rest = await collect({ ...request, state: discardTask(state, id) });
    const kept = rest.reduce(applyEvent, discardTask(state, id)).coverage!.kept!;
    expect(kept.tasks).toHaveLength(state.coverage!.kept!.tasks.length - 1);
    expect(kept.tasks.map((task) => task.id)).not.toContain(id);
  });

  it('is measured once, wherever a run was interrupted', async () => {
    const whole = await collect(runOf().request);
    const expected = fold(whole);
    const isMap = (e: Event) => e.type === 'coverageMeasured';
    const property = fc.asyncProperty(fc.nat(whole.length), async (stop) => {
      const state = JSON.parse(JSON.stringify(fold(whole.slice(0, stop)))) as SpecializationState<Adapter>;
      const rest = await collect({ ...createRun(settings, { embedding, tasks }).request, documents, state }); // prettier-ignore
      expect(rest.filter(isMap).length).toBeLessThanOrEqual(2 - Object.keys(state.coverage ?? {}).length + Number(state.coverage?.kept !== undefined)); // prettier-ignore
      expect(rest.reduce(applyEvent, state)).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 25 });
  }, 60_000);
});
