import { describe, expect, it } from 'vitest';
import { toExample } from '../../src/specialize/dataset.ts';
import { chatPrompts, continuationPrompts, pocketPrompts, promptSets } from '../../src/specialize/prompts.ts';
import { promptText } from './stubModel.ts';

const subject = { name: 'Biomedicine', description: 'Drugs.' };
const demonstrations = [
  { instruction: 'What is insulin?', input: '', output: 'A hormone.' },
  { instruction: 'Is it a drug?', input: 'aspirin', output: 'Yes.' },
];
const task = { instruction: 'Name it.', input: 'a bone' };

describe('pocket prompts', () => {
  it('are the formats that the model was trained on, to the character', () => {
    expect(pocketPrompts.writeTasks({ subject, demonstrations, count: 3 })).toBe(
      'Tasks about biomedicine:\n1. What is insulin?\n2. Is it a drug? Input: aspirin\n3.',
    );
    expect(
      pocketPrompts.writeTasks({ subject, demonstrations, passage: 'The femur\nis long.', count: 3 }),
    ).toBe(
      'Tasks about biomedicine:\n1. What is insulin?\n2. Is it a drug? Input: aspirin\nText: The femur is long.\n3.',
    );
    expect(pocketPrompts.answerFromDemonstrations({ subject, demonstrations, task })).toBe(
      'Task: What is insulin?\nAnswer: A hormone.\n\nTask: Is it a drug?\naspirin\nAnswer: Yes.\n\nTask: Name it.\na bone\nAnswer:',
    );
    expect(
      pocketPrompts.answerFromDemonstrations({ subject, demonstrations: [], passage: 'Long.', task }),
    ).toBe('Text: Long.\nTask: Name it.\na bone\nAnswer:');
    expect(pocketPrompts.answer(task)).toEqual([{ role: 'user', content: 'Name it.\na bone' }]);
    expect(pocketPrompts.writePassages(subject)).toBe('Facts about biomedicine:\n1.');
  });
});

describe('continuation prompts', () => {
  it('end where the model is to go on', () => {
    expect(continuationPrompts.writeTasks({ subject, demonstrations, count: 3 })).toMatch(
      /\nInput: aspirin\n3\.$/,
    );
    expect(continuationPrompts.answerFromDemonstrations({ subject, demonstrations, task })).toMatch(
      /### Instruction:\nIs it a drug\?\n\n### Input:\naspirin\n\n### Response:\nYes\.\n\n### Instruction:\nName it\./,
    );
    expect(continuationPrompts.answer({ ...task, input: '' })).toMatch(
      /request\.\n\n### Instruction:\nName it\.\n\n### Response:\n$/,
    );
  });
});

describe('chat prompts', () => {
  it('number the demonstrations and ask for the next tasks', () => {
    const text = promptText(chatPrompts.writeTasks({ subject, demonstrations, count: 4 }));
    expect(text).toMatch(
      /1\. What is insulin\?\n2\. Is it a drug\?\nInput: aspirin\n\nContinue the list with tasks 3 to 6/,
    );
  });

  it('show demonstrations as earlier turns', () => {
    const prompt = chatPrompts.answerFromDemonstrations({ subject, demonstrations, passage: 'Long.', task });
    expect(typeof prompt !== 'string' && prompt.map((m) => m.role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    expect(promptText(prompt)).toMatch(/\nText: Long\.\n\nName it\.\n\na bone$/);
  });
});

describe.each(Object.values(promptSets))('prompt set $name', (prompts) => {
  it('shows every part that it is given', () => {
    const written = promptText(
      prompts.writeTasks({ subject, demonstrations, passage: 'A passage.', count: 2 }),
    );
    for (const part of ['biomedicine', 'What is insulin?', 'aspirin', 'A passage.'])
      expect(written).toContain(part);
    const asked = promptText(
      prompts.answerFromDemonstrations({ subject, demonstrations, passage: 'A passage.', task }),
    );
    for (const part of ['A hormone.', 'aspirin', 'A passage.', 'Name it.', 'a bone'])
      expect(asked).toContain(part);
  });

  it('asks for tasks to a given answer, after answered tasks of that kind', () => {
    const shown = { subject, demonstrations, answer: 'gout' };
    for (const prompt of [
      prompts.taskForLabel({ ...shown, labels: ['gout', 'flu'] }),
      prompts.taskForSpan({ ...shown, text: 'Colchicine eases gout.' }),
      prompts.taskForText(shown),
    ])
      for (const part of ['What is insulin?', 'A hormone.', 'aspirin', 'gout'])
        expect(promptText(prompt)).toContain(part);
    const span = promptText(prompts.taskForSpan({ ...shown, text: 'Colchicine eases gout.' }));
    expect(span).toContain('Text: Colchicine eases gout.');
  });

  it('judges claims by two different answers', () => {
    const judged = [true, false].map((isTrue) => prompts.judgeClaim('Gout is a virus.', isTrue));
    expect(judged[0]!.output).not.toBe(judged[1]!.output);
    for (const { instruction, input } of judged)
      expect(`${instruction} ${input}`).toContain('Gout is a virus.');
  });

  it('trains on the very prompt that it evaluates', () => {
    const example = toExample({ ...task, output: 'Femur.' }, prompts);
    const prompt = prompts.answer(task);
    const answer = 'Femur.';
    expect(example).toEqual(
      typeof prompt === 'string'
        ? { prompt, completion: answer }
        : { messages: [...prompt, { role: 'assistant', content: answer }] },
    );
  });
});
