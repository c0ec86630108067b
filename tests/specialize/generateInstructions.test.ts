import { describe, expect, it } from 'vitest';
import { generateInstructions } from '../../src/specialize/generateInstructions.ts';
import type { Passage } from '../../src/specialize/tasks.ts';
import { createStage, fates, modelOf } from './generationStage.ts';

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
