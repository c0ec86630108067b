import { expect, it } from 'vitest';
import type { LoadedModel } from '../../src/engine/loadModel.ts';
import { checkDomain } from '../../src/specialize/domain.ts';
import { findAlike, isHeldOut, viewTask } from '../../workers/curateTasks.ts';
import { defaultParameters } from '../../workers/runSettings.ts';
import { wordTokenizer } from '../support/wordTokenizer.ts';

const ask = (drug: string, output: string) => ({
  instruction: `What is ${drug} used for?`,
  input: '',
  output,
});
const domain = checkDomain({
  name: 'pharmacy',
  description: 'Drugs.',
  seeds: [ask('aspirin', 'pain')],
  heldOut: [{ ...ask('insulin', 'diabetes'), task: 'use' }],
});
const modelWith = (hasChatTemplate: boolean) =>
  ({ baseModel: 'someone/model', tokenizer: { ...wordTokenizer(), hasChatTemplate } }) as LoadedModel;
const chat = modelWith(true);
const run = { domain, parameters: defaultParameters(chat) };

it('shows a task in the model’s own template, of which the loss counts the answer and its end', () => {
  const { tokens, maxLength } = viewTask(chat, run, ask('aspirin', 'pain and fever'));
  expect(maxLength).toBe(run.parameters.maxLength);
  const textOf = (supervised: boolean) =>
    tokens
      .filter((token) => token.supervised === supervised)
      .map(({ text }) => text)
      .join('');
  expect(textOf(true)).toBe('pain and fever<|end|>');
  expect(textOf(false)).toContain('<|user|>What is aspirin used for?<|end|>');
  const plain = viewTask(modelWith(false), run, ask('aspirin', 'pain'));
  expect(plain.tokens.map(({ text }) => text).join('')).not.toContain('<|user|>');
});

it('groups tasks by the novelty rule of the run', () => {
  const tasks = [ask('aspirin', 'pain'), ask('salbutamol', 'asthma'), ask('aspirin', 'fever')].map(
    (task, i) => ({
      ...task,
      id: `task-${i}`,
    }),
  );
  expect(findAlike(chat, run, tasks, 0.9)).toEqual([['task-0', 'task-2']]);
  const withAnswers = {
    ...run,
    parameters: { ...run.parameters, settings: { noveltyScope: 'answeredTask' } },
  };
  expect(findAlike(chat, withAnswers, tasks, 0.9)).toEqual([]);
});

it('knows a task that the run is tested with', () => {
  expect(isHeldOut(chat, run, { instruction: 'what is insulin used for', input: '' })).toBe(true);
  expect(isHeldOut(chat, run, { instruction: 'Name a hormone of the pancreas.', input: '' })).toBe(false);
});
