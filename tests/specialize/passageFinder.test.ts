import { describe, expect, it } from 'vitest';
import { generateResponses } from '../../src/specialize/generateResponses.ts';
import { createStage, modelOf, pending } from './generationStage.ts';

describe('the passages that a task is answered from', () => {
  const passages = ['The heart pumps.', 'The liver cleans.', 'Rest is what fevers treat.'].map((text, i) => ({
    ...{ id: `p${i}`, documentId: `d${i}`, text },
  }));
  const tasks = [
    pending('a', 'Why does a heart beat?', 'p1'),
    pending('b', 'Why is a liver big?'),
    pending('c', 'Unrelated question?'),
    pending('d', 'What does bread treat?'), // shares with a passage only what every seed says
  ];

  it('are that of the task, else the one about its own things, else none', async () => {
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

  it('are as many as asked for, the one that the task was written about first', async () => {
    const { model, prompts } = modelOf((_, i) => ` Answer ${i}`);
    const { context, run } = createStage({ responseDemonstrations: 0, passages: 2 }, tasks, [
      ...passages,
      { id: 'p9', documentId: 'd9', text: 'A heart has a big liver beside it.' },
    ]);
    const result = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
    expect(result.tasks.map((task) => [task.passageId, task.furtherPassageIds])).toEqual([
      ['p1', ['p9']],
      ['p9', ['p2']],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(prompts[0]).toContain('Text: The liver cleans. A heart has a big liver beside it.');
  });

  it('are recited facts only where they may be, documents in any case', async () => {
    const mixed = [
      { id: 'r1', documentId: 'r1', text: 'The heart sings.' },
      { id: 'd#1', documentId: 'd', text: 'The liver cleans.' },
    ];
    const both = [pending('a', 'Why does a heart beat?', 'r1'), pending('b', 'Why is a liver big?', 'd#1')];
    const asked = async (showRecited: boolean) => {
      const { model, prompts } = modelOf((_, i) => ` Answer ${i}`);
      const { context, run } = createStage({ responseDemonstrations: 0, showRecited }, both, mixed);
      const result = await run(generateResponses(context, model, { stage: 'responses', round: 1 }));
      expect(result.tasks.map((task) => task.passageId)).toEqual(['r1', 'd#1']);
      return prompts.map((prompt) => prompt.split('\n')[0]);
    };
    expect(await asked(true)).toEqual(['Text: The heart sings.', 'Text: The liver cleans.']);
    expect(await asked(false)).toEqual(['Task: Why does a heart beat?', 'Text: The liver cleans.']);
  });
});
