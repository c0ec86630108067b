import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompletionRequest, LanguageModel } from '../../src/specialize/languageModel.ts';
import type { SpecializeSettings } from '../../src/specialize/settings.ts';
import { renderReport } from '../../src/specialize/renderReport.ts';
import { specialize } from '../../src/specialize/specialize.ts';
import { applyEvent, type SpecializationState } from '../../src/specialize/state.ts';
import { drawKind, taskKinds, type TaskKind } from '../../src/specialize/taskKinds.ts';
import { type Adapter, collect, createRun, type Event, fold } from './specializeRun.ts';
import { promptText } from './stubModel.ts';

const documents = Array.from({ length: 8 }, (_, i) => ({
  id: `doc${i}`,
  text: `# Drug${i}ol\n\nDrug${i}ol eases all of ailment${i}. It is cheap. Drug${i}ol comes from Town${i}.`,
}));

const labelled = (['yes', 'no'] as const).map((output, i) => ({
  ...{ id: `label-${i}`, instruction: `Is oak${i}ol a drug?`, input: '', output, labels: ['yes', 'no'] },
}));

/** Writes something new, or what is planted, to every prompt, and answers every task alike. */
function createWriter(plant: string | undefined, answer: string) {
  const prompts: string[] = [];
  const write = (prompt: string, { seed, streams }: CompletionRequest, i: number): string => {
    if (prompt.endsWith('Answer:')) return ` ${answer}`;
    if (!/(?:Task:|\d\.)$/.test(prompt)) return 'evaluated';
    if (plant !== undefined) return ` ${plant}`;
    const [, about] = /Text: (\w+)[^\n]*\n\S+$/.exec(prompt) ?? [];
    return ` What is told of ${about ?? 'things'} in book ${streams?.[i] ?? `${seed} ${i}`}?`;
  };
  const model: LanguageModel = {
    complete: async (asked, request) =>
      asked.map(promptText).map((prompt, i) => {
        prompts.push(prompt);
        return { text: write(prompt, request, i), finishReason: 'stop', tokens: 1 };
      }),
  };
  return { model, prompts };
}

const shareNames = {
  labelFirst: 'labelFirstShare',
  spanFirst: 'spanFirstShare',
  claim: 'claimShare',
  backtranslation: 'backtranslationShare',
} as const;
const kinds = Object.keys(shareNames) as (keyof typeof shareNames)[];

const base = { passageShare: 0.5, tasks: 16, maxPrompts: 16, batchSize: 4, validFraction: 0, controls: [] };

/** A run of which every prompt is to be of one kind. */
async function runOf(
  changed: Partial<SpecializeSettings>,
  options: { readonly plant?: string; readonly answer?: string; readonly hasSources?: boolean } = {},
) {
  const { plant, answer = 'its own answer', hasSources = true } = options;
  const { request, trained } = createRun({ ...base, ...changed });
  const { model, prompts } = createWriter(plant, answer);
  const domain = hasSources
    ? { ...request.domain, seeds: [...request.domain.seeds, ...labelled] }
    : request.domain;
  const scoring = {
    ...model,
    score: request.model.score.bind(request.model),
    embed: request.model.embed.bind(request.model),
  };
  const whole = {
    ...request,
    model: scoring,
    withAdapter: () => scoring,
    domain,
    documents: hasSources ? documents : [],
  };
  const events: Event[] = [];
  let error: unknown;
  try {
    for await (const event of specialize(whole)) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  return { ...fold(events), prompts, request: whole, events, trained, error };
}

const onlyOf = (kind: keyof typeof shareNames) => ({ [shareNames[kind]]: 1 });
const questionsIn = (prompts: readonly string[]) => prompts.filter((prompt) => prompt.endsWith('Answer:'));

describe('drawKind', () => {
  it('gives every kind its share and leaves the rest in context', () => {
    const shares = { labelFirstShare: 0.1, spanFirstShare: 0.2, claimShare: 0.3, backtranslationShare: 0.1 };
    const drawn = Array.from({ length: 2000 }, (_, i) => drawKind({ seed: 1, ...shares }, i));
    const shareOf = (kind: TaskKind) => drawn.filter((other) => other === kind).length / drawn.length;
    const expected = [0.3, 0.1, 0.2, 0.3, 0.1];
    for (const [i, kind] of taskKinds.entries()) expect(shareOf(kind)).toBeCloseTo(expected[i]!, 1);
  });
});

describe('tasks that begin with their answer', () => {
  it('label first: the label is the answer, drawn evenly, and nothing is asked twice', async () => {
    const { tasks, prompts } = await runOf({ ...onlyOf('labelFirst'), tasks: 60, maxPrompts: 60 });
    expect(new Set(tasks.map(({ kind }) => kind))).toEqual(new Set(['labelFirst']));
    const outputs = tasks.map(({ output }) => output);
    expect(outputs.filter((output) => output === 'yes').length).toBeGreaterThan(20);
    expect(outputs.filter((output) => output === 'no').length).toBeGreaterThan(20);
    expect(tasks.every(({ seedIds }) => seedIds.every((id) => id.startsWith('label-')))).toBe(true);
    expect(questionsIn(prompts)).toEqual([]);
    const written = prompts.filter((prompt) => prompt.endsWith('\nTask:'));
    expect(written.map((prompt) => /Answer: (\w+)\nTask:$/.exec(prompt)?.[1])).toEqual(outputs);
  });

  it('span first: the answer is a few words of the passage that the model is shown', async () => {
    const { tasks, prompts } = await runOf(onlyOf('spanFirst'));
    expect(tasks).toHaveLength(16);
    for (const { kind, output, passageId } of tasks) {
      const number = passageId!.slice(3, 4);
      expect([`ailment${number}`, `Town${number}`]).toContain(output);
      expect(kind).toBe('spanFirst');
    }
    expect(questionsIn(prompts)).toEqual([]);
  });

  it('claim: as they stand they are true, with a word of another document false; no model is asked', async () => {
    const { tasks, prompts } = await runOf({ ...onlyOf('claim'), tasks: 40, maxPrompts: 40 });
    for (const { kind, instruction, output, passageId } of tasks) {
      const { text } = documents[Number(passageId!.slice(3, 4))]!;
      const claim = instruction.replace('True or false: ', '');
      expect([kind, output]).toEqual(['claim', text.includes(claim) ? 'true' : 'false']);
      expect(claim).not.toMatch(/^It /); // says nothing without the sentence before
      const words = claim.match(/(?:ailment|Town)\d/g);
      expect(documents.some((document) => document.text.includes(words![0]))).toBe(true);
    }
    const outputs = tasks.map(({ output }) => output);
    expect(outputs.filter((output) => output === 'true').length).toBeGreaterThan(10);
    expect(outputs.filter((output) => output === 'false').length).toBeGreaterThan(10);
    expect(prompts.filter((prompt) => /Task:$|Answer:$|\d\.$/.test(prompt))).toEqual([]);
  });

  it('backtranslation: a sentence of the passage is the answer', async () => {
    const { tasks, prompts } = await runOf(onlyOf('backtranslation'));
    expect(tasks).toHaveLength(16);
    for (const { kind, output, passageId } of tasks) {
      expect(kind).toBe('backtranslation');
      expect(output).toMatch(/^Drug\dol .*\.$/);
      expect(documents[Number(passageId!.slice(3, 4))]!.text).toContain(output);
    }
    expect(questionsIn(prompts)).toEqual([]);
  });

  it.each(kinds)('%s goes back to context where there is nothing to begin with', async (kind) => {
    const { tasks } = await runOf(onlyOf(kind), { hasSources: false });
    expect(new Set(tasks.map((task) => task.kind))).toEqual(new Set(['inContext']));
    expect(tasks.some(({ output }) => output === 'its own answer')).toBe(true);
  });

  it('are trained on like the others, and keep their answers in a further round', async () => {
    const { tasks, trained } = await runOf({ ...onlyOf('spanFirst'), rounds: 2 });
    const kept = tasks.filter(({ decision }) => decision === 'kept');
    expect(kept.length).toBeGreaterThan(4);
    for (const { output } of kept) expect(output).toMatch(/^(?:ailment|Town)\d$/);
    for (const { train } of trained)
      for (const { output } of kept) expect(JSON.stringify(train)).toContain(output);
  });

  it.each(['labelFirst', 'spanFirst'] as const)('%s can be checked by the model itself', async (kind) => {
    const disabledRules = ['answeredNovelty'];
    const checked = { ...onlyOf(kind), checkGiven: true, disabledRules, tasks: 48, maxPrompts: 48 };
    const { error } = await runOf(checked);
    expect(String(error)).toContain('Most were rejected by "disputedAnswer"');
    const answer = kind === 'labelFirst' ? 'Yes.' : 'It is ailment3.';
    const { tasks } = await runOf(checked, { answer });
    const fates = tasks.map((task) => [task.output, task.rejection?.rule ?? task.decision]);
    for (const [output, fate] of fates)
      expect(fate).toBe(output === 'yes' || output === 'ailment3' ? 'kept' : 'disputedAnswer');
    expect(fates.some(([, fate]) => fate === 'kept')).toBe(true);
  });
});

describe('a model that knows the held-out tasks by heart', () => {
  it.each([...kinds.filter((kind) => kind !== 'claim'), 'inContext'] as const)(
    'is refused whatever the kind: %s',
    async (kind) => {
      const shares = kind === 'inContext' ? {} : onlyOf(kind);
      const disabledRules = ['offPassage'];
      const { error } = await runOf(
        { ...shares, disabledRules, maxPrompts: 4 },
        { plant: 'What does secretol1 treat?' },
      );
      expect(String(error)).toContain('None of the 4 generated tasks');
      expect(String(error)).toContain('rejected by "heldOut"');
    },
  );
});

describe('a run with every kind', () => {
  const shares = { labelFirstShare: 0.2, spanFirstShare: 0.2, claimShare: 0.2, backtranslationShare: 0.2 };
  const changed = { ...shares, rounds: 2, tasks: 24, maxPrompts: 24 };

  it('reports how many tasks of each were written and kept', async () => {
    const { tasks, report } = await runOf(changed);
    const count = (list: typeof tasks, kind: TaskKind) => list.filter((task) => task.kind === kind).length;
    const kept = tasks.filter(({ decision }) => decision === 'kept');
    const expected = taskKinds.map((kind) => ({
      ...{ kind, generated: count(tasks, kind), kept: count(kept, kind) },
    }));
    expect(report?.kinds).toEqual(expected);
    const claims = expected.find(({ kind }) => kind === 'claim')!;
    expect(renderReport(report!)).toContain(`| claim check | ${claims.generated} | ${claims.kept} |`);
  });

  it('ends the same where it was interrupted, after any event, with nothing written twice', async () => {
    const { events, tasks, request } = await runOf(changed);
    expect(new Set(tasks.map(({ kind }) => kind))).toEqual(new Set(taskKinds));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
    const property = fc.asyncProperty(fc.nat(events.length), async (stop) => {
      const state = JSON.parse(JSON.stringify(fold(events.slice(0, stop)))) as SpecializationState<Adapter>;
      const rest = await collect({ ...request, state });
      expect(rest.reduce(applyEvent, state)).toEqual(fold(events));
    });
    await fc.assert(property, { numRuns: 25 });
  }, 60_000);
});
