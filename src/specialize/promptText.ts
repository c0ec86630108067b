/** Pieces that prompts are put together from. */
import type { ChatMessage } from './languageModel.ts';
import type { TaskText } from './tasks.ts';

export const lower = (text: string): string => text.toLowerCase();

export const withInput = ({ instruction, input }: TaskText, separator: string): string =>
  input === '' ? instruction : `${instruction}${separator}${input}`;

/** As one item of a list. */
export const listedTask = (task: TaskText): string => withInput(task, '\nInput: ');

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

export const joined = (parts: readonly (string | false | undefined)[], separator: string): string =>
  parts.filter(Boolean).join(separator);

export const user = (content: string): ChatMessage => ({ role: 'user', content });
export const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
