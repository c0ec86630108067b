import { describe, expect, it } from 'vitest';
import { splitSources } from '../../src/specialize/split.ts';
import { emptyState, applyEvent } from '../../src/specialize/state.ts';
import type { GenerationEvent } from '../../src/specialize/events.ts';
import { generateInstructions } from '../../src/specialize/generateInstructions.ts';
import { generateResponses } from '../../src/specialize/generateResponses.ts';
import type { GenerationContext, GenerationEvents } from '../../src/specialize/generation.ts';
import type { Completion, CompletionRequest, LanguageModel } from '../../src/specialize/languageModel.ts';
import { pocketPrompts } from '../../src/specialize/prompts.ts';
import { recitePassages } from '../../src/specialize/recite.ts';
import { replayGeneralTasks } from '../../src/specialize/replay.ts';
import { countWords } from '../../src/specialize/retrieve.ts';
import { pocketSettings, type SpecializeSettings } from '../../src/specialize/settings.ts';
import type { GeneratedTask, Passage } from '../../src/specialize/tasks.ts';
import { exampleDomain, promptText } from './stubModel.ts';

/** A model that answers each prompt by a function of its text. */
function modelOf(
  answer: (prompt: string, i: number) => string,
  finishReason: Completion['finishReason'] = 'stop',
) {
  const prompts: string[] = [];
  const requests: CompletionRequest[] = [];
  const model: LanguageModel = {
    complete: async (asked, request) => {
      requests.push(request);
      const texts = asked.map(promptText);
      prompts.push(...texts);
      return texts.map((prompt, i) => ({ text: answer(prompt, i), finishReason, tokens: 1 }));
    },
  };
  return { model, prompts, requests };
}

/** Runs one stage on some tasks and returns what became of them. */
function createStage(
  changed: Partial<SpecializeSettings>,
  tasks: readonly GeneratedTask[] = [],
  passages: readonly Passage[] = [],
) {
  const domain = exampleDomain();
  let state = { ...emptyState<null>(), tasks };
  const settings = { ...pocketSettings, validFraction: 0, ...changed };
  const context: GenerationContext = {
    subject: domain,
    sources: splitSources(domain.seeds, passages, settings.validFraction, 0),
    prompts: pocketPrompts,
    settings,
    isHeldOut: () => false,
    countTokens: countWords,
    ready: async () => {},
    tasks: () => state.tasks,
  };
  const run = async (
    events: GenerationEvents,
  ): Promise<{ tasks: readonly GeneratedTask[]; events: GenerationEvent[] }> => {
    const seen: GenerationEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      state = applyEvent(state, event);
    }
    return { tasks: state.tasks, events: seen };
  };
  return { context, run };
}

const pending = (id: string, instruction: string, passageId?: string): GeneratedTask => ({
  ...{ id, side: 'train', prompt: 0, seedIds: [], instruction, input: '', decision: 'pending' },
  ...(passageId !== undefined && { passageId }),
});

const fates = (tasks: readonly GeneratedTask[]) => tasks.map((task) => task.rejection?.rule ?? task.decision);

describe('generateInstructions', () => {
  it('accepts a task once', async () => {
    const { model } = modelOf(() => ' Why does the heart beat?\n5. Why does the heart beat?');
    const { context, run } = createStage({ maxPrompts: 1 });
    expect(fates((await run(generateInstructions(context, model, 0))).tasks)).toEqual([
      'pending',
      'repeatedTask',
    ]);
  });

  it('takes no more tasks from a completion than it asked for, and drops a cut one', async () => {
    const { model } = modelOf(
      (_, i) => ` Why is ${i} a number?\n5. How is ${i} written?\n6. Where is`,
      'length',
    );
    const { context, run } = createStage({ maxPrompts: 1, tasksPerPrompt: 3 });
    expect(fates((await run(generateInstructions(context, model, 0))).tasks)).toEqual([
      'pending',
      'pending',
      'cutTask',
    ]);
    const fewer = createStage({ maxPrompts: 1, tasksPerPrompt: 1 });
    expect((await fewer.run(generateInstructions(fewer.context, model, 0))).tasks).toHaveLength(1);
  });

  it('goes evenly through the passages and notes which one a task came from', async () => {
    const passages = [1, 2, 3, 4].map((i) => ({
      id: `p${i}`,
      documentId: `d${i}`,
      text: `Fact ${i} is true.`,
    }));
    const { model, prompts } = modelOf(
      (prompt) => ` What does ${/Fact \d/.exec(prompt)?.[0]} tell us${prompt.length}?`,
    );
    const { context, run } = createStage({ maxPrompts: 8, tasks: 99, passageShare: 1 }, [], passages);
    const { tasks } = await run(generateInstructions(context, model, 0));
    for (const { text } of passages)
      expect(prompts.filter((prompt) => prompt.includes(text))).toHaveLength(2);
    for (const task of tasks) expect(task.instruction).toContain(`Fact ${task.passageId?.slice(1)}`);
  });

  it('takes documents and recited facts in the share that was asked for, and each of them evenly', async () => {
    const documents = ['a#1', 'a#2'].map((id) => ({ id, documentId: 'a', text: `Text ${id}.` }));
    const recited = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'].map((id) => ({
      id,
      documentId: id,
      text: `Text ${id}.`,
    }));
    const shown = async (passages: readonly Passage[], documentShare: number) => {
      const { model, prompts } = modelOf((_, i) => ` What is in the text ${i}?`);
      const { context, run } = createStage(
        { maxPrompts: 12, tasks: 99, passageShare: 1, documentShare },
        [],
        passages,
      );
      await run(generateInstructions(context, model, 0));
      return passages.map(({ text }) => prompts.filter((prompt) => prompt.includes(text)).length);
    };
    expect(await shown([...documents, ...recited], 0.5)).toEqual([3, 3, 1, 1, 1, 1, 1, 1]);
    expect(await shown([...documents, ...recited], 0)).toEqual([0, 0, 2, 2, 2, 2, 2, 2]);
    expect(await shown(recited, 0.5)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await shown(documents, 0.5)).toEqual([6, 6]);
  });

  it('wants a task to find its own passage among the best matches', async () => {
    const passages = ['The heart pumps blood.', 'The blood of fish is cold.'].map((text, i) => ({
      ...{ id: `p${i}`, documentId: `d${i}`, text },
    }));
    const { model } = modelOf(() => ' Is the blood of all fish cold?');
    const fatesWith = async (roundTripTop: number) => {
      const changed = { maxPrompts: 2, passageShare: 1, roundTripTop, disabledRules: ['repeatedTask'] };
      const { context, run } = createStage(changed, [], passages);
      const { tasks } = await run(generateInstructions(context, model, 0));
      return Object.fromEntries(tasks.map((task) => [task.passageId, fates([task])[0]]));
    };
    expect(await fatesWith(1)).toEqual({ p0: 'roundTrip', p1: 'pending' });
    expect(await fatesWith(2)).toEqual({ p0: 'pending', p1: 'pending' });
    expect(await fatesWith(0)).toEqual({ p0: 'pending', p1: 'pending' });
  });

  it('keeps to the number of prompts that it may use', async () => {
    const { model, prompts } = modelOf(() => ' Draw it.');
    const { context, run } = createStage({ maxPrompts: 5, batchSize: 2 });
    const { events } = await run(generateInstructions(context, model, 0));
    expect(prompts).toHaveLength(5);
    expect(events.flatMap((e) => (e.type === 'promptsFinished' ? [e.count] : []))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('generateResponses', () => {
  const questions = [pending('a', 'Why does the heart beat?'), pending('b', 'Why do the lungs breathe?')];

  it('lets the commonest of several answers win', async () => {
    const { model } = modelOf(
      (_, i) => [' Odd one', ' Blood flows.', ' blood flows', ' Air', ' Gas', ' Wind'][i] ?? '',
    );
    const { context, run } = createStage({ votes: 3, minAgreement: 0.5 }, questions);
    const { tasks } = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
    expect(tasks.map((task) => task.output)).toEqual(['Blood flows.', 'Air']);
    expect(fates(tasks)).toEqual(['kept', 'agreement']);
  });

  it('shows other demonstrations for each vote', async () => {
    const { model, prompts } = modelOf(() => ' Air');
    const { context, run } = createStage({ votes: 3 }, questions.slice(0, 1));
    await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
    expect(new Set(prompts).size).toBe(3);
  });

  it('samples the votes where that is asked for, and answers greedily otherwise', async () => {
    const temperatures = async (changed: Partial<SpecializeSettings>) => {
      const { model, requests } = modelOf(() => ' Air');
      const { context, run } = createStage(changed, questions);
      await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
      return requests.map(({ temperature, topP }) => [temperature, topP]);
    };
    const sampled = { votes: 3, voteTemperature: 0.7, topP: 0.9, batchSize: 6 };
    expect(await temperatures(sampled)).toEqual([[0.7, 0.9]]);
    expect(await temperatures({ ...sampled, voteTemperature: 0 })).toEqual([[0, 1]]);
    expect(await temperatures({ ...sampled, votes: 1 })).toEqual([[0, 1]]);
  });

  it('rejects both sides of a contradiction, also the one that was kept before', async () => {
    const twice = [pending('a', 'Why does the heart beat?'), pending('b', 'Why does the heart beat?')];
    const { model } = modelOf((_, i) => (i === 0 ? ' To pump' : ' For fun'));
    const { context, run } = createStage({}, twice);
    const { tasks, events } = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
    expect(events.filter((e) => e.type === 'taskKept')).toHaveLength(1);
    expect(fates(tasks)).toEqual(['contradiction', 'contradiction']);
  });

  it('answers from the passage of the task, else from the one about its own things, else from none', async () => {
    const passages = ['The heart pumps.', 'The liver cleans.', 'Rest is what fevers treat.'].map(
      (text, i) => ({
        id: `p${i}`,
        documentId: `d${i}`,
        text,
      }),
    );
    const tasks = [
      pending('a', 'Why does a heart beat?', 'p1'),
      pending('b', 'Why is a liver big?'),
      pending('c', 'Unrelated question?'),
      pending('d', 'What does bread treat?'), // shares with a passage only what every seed says
    ];
    const { model, prompts } = modelOf((_, i) => ` Answer ${i}`);
    const { context, run } = createStage({ responseDemonstrations: 0 }, tasks, passages);
    const result = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
    expect(result.tasks.map((task) => task.passageId)).toEqual(['p1', 'p1', undefined, undefined]);
    expect(prompts.map((prompt) => prompt.split('\n')[0])).toEqual([
      'Text: The liver cleans.',
      'Text: The liver cleans.',
      'Task: Unrelated question?',
      'Task: What does bread treat?',
    ]);
    const without = createStage({ retrieve: false }, tasks, passages);
    const found = await without.run(
      generateResponses(without.context, model, { stage: 'responses', round: 1 }),
    );
    expect(found.tasks.map((task) => task.passageId)).toEqual(['p1', undefined, undefined, undefined]);
  });

  it('shows what the model recited only where it is to, documents in any case', async () => {
    const passages = [
      { id: 'r1', documentId: 'r1', text: 'The heart sings.' },
      { id: 'd#1', documentId: 'd', text: 'The liver cleans.' },
    ];
    const tasks = [pending('a', 'Why does a heart beat?', 'r1'), pending('b', 'Why is a liver big?', 'd#1')];
    const asked = async (showRecited: boolean) => {
      const { model, prompts } = modelOf((_, i) => ` Answer ${i}`);
      const { context, run } = createStage({ responseDemonstrations: 0, showRecited }, tasks, passages);
      const result = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
      expect(result.tasks.map((task) => task.passageId)).toEqual(['r1', 'd#1']);
      return prompts.map((prompt) => prompt.split('\n')[0]);
    };
    expect(await asked(true)).toEqual(['Text: The heart sings.', 'Text: The liver cleans.']);
    expect(await asked(false)).toEqual(['Task: Why does a heart beat?', 'Text: The liver cleans.']);
  });

  it('keeps no more equal answers than their share allows, those of an interrupted run among them', async () => {
    const tasks = Array.from({ length: 8 }, (_, i) => pending(`t${i}`, `Is thing number ${i} alive?`));
    const earlier = { ...tasks[0]!, output: 'No.', decision: 'kept' as const };
    const { model } = modelOf((prompt) =>
      /number [67]/.test(prompt.split('Task:').at(-1)!) ? ' yes' : ' no',
    );
    const fatesOf = async (given: readonly GeneratedTask[]) => {
      const settings = { maxAnswerShare: 0.06, noveltyScope: 'task' as const };
      const { context, run } = createStage(settings, given);
      return fates((await run(generateResponses(context, model, { stage: 'responses', round: 1 }))).tasks);
    };
    const expected = [...Array(3).fill('kept'), ...Array(3).fill('answerShare'), 'kept', 'kept'];
    expect(await fatesOf(tasks)).toEqual(expected);
    expect(await fatesOf([earlier, ...tasks.slice(1)])).toEqual(expected);
  });

  it('leaves decided tasks alone', async () => {
    const decided: GeneratedTask = { ...pending('a', 'Why does it beat?'), output: 'So.', decision: 'kept' };
    const { model, prompts } = modelOf(() => ' Air');
    const { context, run } = createStage({}, [decided, questions[1] as GeneratedTask]);
    expect(
      fates((await run(generateResponses(context, model, { stage: 'responses', round: 1 }))).tasks),
    ).toEqual(['kept', 'kept']);
    expect(prompts).toHaveLength(1);
  });
});

describe('what the model is asked beside the prompts', () => {
  const questions = [
    pending('a', 'Is insulin a hormone? Answer yes or no.'),
    pending('b', 'Why does the heart beat?'),
  ];

  it('is to answer with a label where a task names the labels of a seed, and freely elsewhere', async () => {
    const { model, requests } = modelOf(() => ' yes');
    const { context, run } = createStage({ votes: 2 }, questions);
    const seeds = context.sources.train.seeds.map((seed) => ({ ...seed, labels: ['yes', 'no'] }));
    const sources = { ...context.sources, train: { ...context.sources.train, seeds } };
    await run(generateResponses({ ...context, sources }, model, { stage: 'responses', round: 1 }));
    expect(requests.map(({ choices }) => choices)).toEqual([[['yes', 'no'], ['yes', 'no'], null, null]]);
  });

  it('is to end what goes round in circles, which the filters then refuse', async () => {
    const { model, requests } = modelOf(() => ' A sound answer', 'repetition');
    const { context, run } = createStage({}, questions);
    const { tasks } = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
    expect(requests.every(({ stopOnRepetition }) => stopOnRepetition)).toBe(true);
    expect(fates(tasks)).toEqual(['repetitiveAnswer', 'repetitiveAnswer']);
  });

  it('is more than a batch at once, so that rows that are done have a successor', async () => {
    const { model, requests } = modelOf((_, i) => ` Why is ${i} a number?`);
    const { context, run } = createStage({ batchSize: 2, maxPrompts: 40, tasks: 99 });
    await run(generateInstructions(context, model, 0));
    expect(requests.map(({ streams }) => streams?.length)).toEqual([16, 16, 8]);
    expect(requests.flatMap(({ streams }) => streams)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(new Set(requests.map(({ seed }) => seed)).size).toBe(1);
  });
});

describe('recitePassages', () => {
  const recited = async (text: string, finishReason: 'stop' | 'length') => {
    const { context, run } = createStage({ recitations: 2 });
    const { events } = await run(recitePassages(context, modelOf(() => text, finishReason).model));
    return events.flatMap((e) => (e.type === 'passageRecited' ? [e.passage] : []));
  };

  it('takes each sound fact once', async () => {
    const text =
      ' Insulin is a hormone.\n2. Short.\n3. It is big, it is so big, it is so big.\n4. The heart has\nfour chambers.';
    expect(await recited(text, 'stop')).toEqual([
      { id: 'recited-1.1', documentId: 'recited-1.1', text: 'Insulin is a hormone.' },
      { id: 'recited-1.2', documentId: 'recited-1.2', text: 'The heart has four chambers.' },
    ]);
  });

  it('recites no more often than tasks are asked for, so that a small run stays small', async () => {
    const { model, prompts } = modelOf(() => ' Insulin is a hormone.');
    const { context, run } = createStage({ recitations: 32, tasks: 4 });
    const { events } = await run(recitePassages(context, model));
    expect(prompts).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: 'progress', done: 4, total: 4 });
  });

  it('leaves the last fact of a cut completion out', async () => {
    expect(await recited(' Insulin is a hormone.\n2. The heart has four', 'length')).toHaveLength(1);
  });
});

describe('replayGeneralTasks', () => {
  const settings = { tasks: 6, replayShare: 0.5, replayTopics: ['nature'], tasksPerPrompt: 2, batchSize: 2 };

  /** Writes the same list for every prompt, and answers every task with its first word. */
  const replay = async (list: string, context: Partial<GenerationContext> = {}) => {
    const stage = createStage(settings);
    const { model, prompts } = modelOf((prompt) =>
      prompt.startsWith('Tasks about') ? list : prompt.split(' ')[0]!,
    );
    const { events } = await stage.run(replayGeneralTasks({ ...stage.context, ...context }, model));
    return { prompts, tasks: events.flatMap((e) => (e.type === 'taskReplayed' ? [e.task] : [])) };
  };

  it('answers general tasks without showing any example', async () => {
    const { tasks, prompts } = await replay(' Why is grass green?\n2. Where do owls sleep?');
    expect(prompts).toEqual([
      'Tasks about nature:\n1.',
      'Tasks about nature:\n1.',
      'Tasks about nature:\n1.',
      'Why is grass green?',
      'Where do owls sleep?',
    ]);
    expect(tasks).toEqual([
      { id: 'replay-1', instruction: 'Why is grass green?', input: '', output: 'Why' },
      { id: 'replay-2', instruction: 'Where do owls sleep?', input: '', output: 'Where' },
    ]);
  });

  it('repeats nothing that the evaluation asks', async () => {
    const isHeldOut = ({ instruction }: { instruction: string }) => instruction.includes('owls');
    const { tasks } = await replay(' Why is grass green?\n2. Where do owls sleep?', { isHeldOut });
    expect(tasks.map((task) => task.instruction)).toEqual(['Why is grass green?']);
  });

  it('leaves out tasks and answers that go round in circles', async () => {
    expect((await replay(' It is so, it is so, it is so?\n2. Why?')).tasks).toEqual([]);
  });
});
