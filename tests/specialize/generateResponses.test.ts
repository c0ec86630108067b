import { describe, expect, it } from 'vitest';
import { generateInstructions } from '../../src/specialize/generateInstructions.ts';
import { generateResponses } from '../../src/specialize/generateResponses.ts';
import type { SpecializeSettings } from '../../src/specialize/settings.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { createStage, fates, modelOf, pending } from './generationStage.ts';

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
