import { describe, expect, it } from 'vitest';
import { recitePassages } from '../../src/specialize/recite.ts';
import { createStage, modelOf } from './generationStage.ts';

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
