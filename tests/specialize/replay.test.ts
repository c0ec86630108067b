import { describe, expect, it } from 'vitest';
import type { GenerationContext } from '../../src/specialize/generation.ts';
import { replayGeneralTasks } from '../../src/specialize/replay.ts';
import { createStage, modelOf } from './generationStage.ts';

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
