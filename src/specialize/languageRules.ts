import type { AnsweredDraft, FilterRule, InstructionContext, ResponseContext, TaskDraft } from './filter.ts';

const sentence = (what: string, language: string): string => `${what} is in ${language}; no seed is.`;

export const taskLanguage: FilterRule<TaskDraft, InstructionContext> = {
  name: 'language',
  description: 'The task is in a language or script that no seed is in.',
  reject: ({ instruction, input }, { foreignLanguage }) => {
    const language = foreignLanguage(`${instruction}\n${input}`);
    return language && sentence('The task', language);
  },
};

export const answerLanguage: FilterRule<AnsweredDraft, ResponseContext> = {
  name: 'answerLanguage',
  description: 'The answer is in a language or script that no seed is in.',
  reject: ({ output }, { foreignLanguage }) => {
    const language = foreignLanguage(output);
    return language && sentence('The answer', language);
  },
};
