import { describe, expect, it } from 'vitest';
import type { LanguageModel } from '../../src/specialize/languageModel.ts';
import { collect, createRun, fold } from './specializeRun.ts';
import { promptText } from './stubModel.ts';

const numbers = Array.from({ length: 8 }, (_, i) => i);
const documents = numbers.map((i) => ({ id: `doc${i}`, text: `Drug${i}ol eases ailment${i}.` }));

/** Asks about drugs that it has never heard of, and answers only what stands in its prompt. */
const readingModel: LanguageModel = {
  complete: async (prompts) =>
    prompts.map(promptText).map((prompt, i) => {
      const asksForTasks = prompt.startsWith('Tasks about');
      const [, drug = 'nothing'] = /Task: Say what (\w+) eases/.exec(prompt) ?? [];
      const [, ailment] = new RegExp(`${drug} eases (\\w+)`, 'i').exec(prompt.replace(/Task:.*/g, '')) ?? [];
      const text = asksForTasks ? ` Say what drug${i}ol eases in people.` : ` ${ailment ?? 'I do not know'}`;
      return { text, finishReason: 'stop', tokens: 1 };
    }),
};

/** The answers that training sees, by drug. */
async function answers(retrieve: boolean) {
  const settings = { retrieve, validFraction: 0, controls: [], batchSize: 8, maxPrompts: 8, tasks: 8 };
  const { request } = createRun({ ...settings, passageShare: 0 });
  const model = {
    ...readingModel,
    score: request.model.score.bind(request.model),
    embed: request.model.embed.bind(request.model),
  };
  const { tasks } = fold(await collect({ ...request, documents, model }));
  const kept = tasks.filter(({ decision }) => decision === 'kept');
  return kept.map(({ instruction, output }) => [/\d/.exec(instruction)?.[0], output] as const);
}

describe('retrieval', () => {
  it('is what makes answers right that only the documents have', async () => {
    const withPassages = await answers(true);
    expect(withPassages).toHaveLength(8);
    for (const [number, output] of withPassages) expect(output).toBe(`ailment${number}`);
    const without = await answers(false);
    expect(without.length).toBeGreaterThan(0);
    for (const [number, output] of without) expect(output).not.toBe(`ailment${number}`);
  });
});
