import {
  type AnswerFirstPrompts,
  chatAnswerFirst,
  continuationAnswerFirst,
  pocketAnswerFirst,
} from './answerFirstPrompts.ts';
import type { Prompt } from './languageModel.ts';
import { assistant, joined, listedTask, lower, oneLine, user, withInput } from './promptText.ts';
import type { AnsweredTask, Subject, TaskText } from './tasks.ts';

export interface TaskWriting {
  readonly subject: Subject;
  readonly demonstrations: readonly TaskText[];
  /** The new tasks are to be about this text. */
  readonly passage?: string | undefined;
  /** How many new tasks to ask for; raw continuations go on until a stop string or the token limit. */
  readonly count: number;
}

export interface Answering {
  readonly subject: Subject;
  readonly demonstrations: readonly AnsweredTask[];
  readonly passage?: string | undefined;
  readonly task: TaskText;
}

/** Every text that the pipeline puts before a model, for one kind of model. */
export interface PromptSet extends AnswerFirstPrompts {
  readonly name: string;
  /** Asks for new tasks after some demonstrations. */
  readonly writeTasks: (request: TaskWriting) => Prompt;
  readonly taskStop: readonly string[];
  /** `writeTasks` and `writePassages` end in a number that the completion goes on from. */
  readonly continuesItem: boolean;
  /** Asks for the answer of a new task after some demonstrations. */
  readonly answerFromDemonstrations: (request: Answering) => Prompt;
  readonly demonstrationStop: readonly string[];
  /** The task alone, as it is trained and evaluated. */
  readonly answer: (task: TaskText) => Prompt;
  readonly answerStop: readonly string[];
  /** Asks for a numbered list of facts, each of which can stand in for a passage. */
  readonly writePassages: (subject: Subject) => Prompt;
}

const numbered = (lines: readonly string[]): string => lines.map((line, i) => `${i + 1}. ${line}`).join('\n');

/** The formats that the embedded model was trained to read: lists, blocks of tasks and answers, its chat template. */
export const pocketPrompts: PromptSet = {
  name: 'pocket',
  ...pocketAnswerFirst,
  writeTasks: ({ subject, demonstrations, passage }) =>
    joined(
      [
        `Tasks about ${lower(subject.name)}:`,
        numbered(demonstrations.map((task) => oneLine(withInput(task, ' Input: ')))),
        passage && `Text: ${oneLine(passage)}`,
        `${demonstrations.length + 1}.`,
      ],
      '\n',
    ),
  taskStop: ['\n\n'],
  continuesItem: true,
  answerFromDemonstrations: ({ demonstrations, passage, task }) =>
    joined(
      [
        ...demonstrations.map((shown) => `Task: ${withInput(shown, '\n')}\nAnswer: ${shown.output}`),
        joined([passage && `Text: ${oneLine(passage)}`, `Task: ${withInput(task, '\n')}`, 'Answer:'], '\n'),
      ],
      '\n\n',
    ),
  demonstrationStop: ['\n'],
  answer: (task) => [user(withInput(task, '\n'))],
  answerStop: [],
  writePassages: (subject) => `Facts about ${lower(subject.name)}:\n1.`,
};

const taskRequirements = [
  'Vary the kind of task: questions, extraction, classification, explanation, summary, comparison.',
  'Vary the wording; do not repeat an earlier task with other words.',
  'A language model must be able to do the task by text alone.',
  'Write English, one or two sentences per task.',
  'Where a task needs a text to work on, give a realistic one after "Input:"; never a placeholder.',
];

/** For models with a chat template. Requirements after Self-MoE (2406.12034, tables 9-12), in our words. */
export const chatPrompts: PromptSet = {
  name: 'chat',
  ...chatAnswerFirst,
  writeTasks: ({ subject, demonstrations, passage, count }) => {
    const first = demonstrations.length + 1;
    return [
      user(
        joined(
          [
            `Write a set of varied tasks about ${lower(subject.name)} for a language model.${subject.description ? ` The subject: ${subject.description}` : ''}`,
            `Requirements:\n${taskRequirements.map((line) => `- ${line}`).join('\n')}`,
            passage && `The new tasks must be about this text, and understandable without it:\n${passage}`,
            demonstrations.length > 0 && `Tasks so far:\n${numbered(demonstrations.map(listedTask))}`,
            demonstrations.length > 0
              ? `Continue the list with tasks ${first} to ${first + count - 1}, in the same form. Write the tasks only, no answers.`
              : `Write ${count} tasks as a numbered list. Write the tasks only, no answers.`,
          ],
          '\n\n',
        ),
      ),
    ];
  },
  taskStop: [],
  continuesItem: false,
  answerFromDemonstrations: ({ subject, demonstrations, passage, task }) => [
    {
      role: 'system',
      content: `You are an expert in ${lower(subject.name)}. Give the best answer to each task, as short and in the same form as the answers before it.`,
    },
    ...demonstrations.flatMap((shown) => [user(withInput(shown, '\n\n')), assistant(shown.output)]),
    user(joined([passage && `Text: ${passage}`, withInput(task, '\n\n')], '\n\n')),
  ],
  demonstrationStop: [],
  answer: (task) => [user(withInput(task, '\n\n'))],
  answerStop: [],
  writePassages: (subject) => [
    user(
      `List 20 different facts about ${lower(subject.name)} as a numbered list, one complete sentence each.${subject.description ? ` The subject: ${subject.description}` : ''}`,
    ),
  ],
};

const alpacaTask = (task: TaskText): string =>
  joined(
    [
      `### Instruction:\n${task.instruction}`,
      task.input === '' ? undefined : `### Input:\n${task.input}`,
      '### Response:\n',
    ],
    '\n\n',
  );

/** For base models without a chat template: continued lists, and Stanford Alpaca's template. */
export const continuationPrompts: PromptSet = {
  name: 'continuation',
  ...continuationAnswerFirst,
  writeTasks: ({ subject, demonstrations, passage }) =>
    joined(
      [
        `A list of varied tasks about ${lower(subject.name)} for a language model.${subject.description ? ` ${subject.description}` : ''}`,
        passage &&
          `The tasks after the first ${demonstrations.length} are about this text: ${oneLine(passage)}`,
        `${numbered(demonstrations.map(listedTask))}\n${demonstrations.length + 1}.`,
      ],
      '\n\n',
    ),
  taskStop: ['\n\n\n'],
  continuesItem: true,
  answerFromDemonstrations: ({ subject, demonstrations, passage, task }) =>
    joined(
      [
        `An expert in ${lower(subject.name)} gives the best answer to each task.`,
        ...demonstrations.map((shown) => `${alpacaTask(shown)}${shown.output}`),
        passage && `Text: ${oneLine(passage)}`,
        alpacaTask(task),
      ],
      '\n\n',
    ),
  demonstrationStop: ['\n\n###', '\n### '],
  answer: (task) =>
    `Below is an instruction that describes a task${task.input === '' ? '' : ', paired with an input that provides further context'}. ` +
    `Write a response that appropriately completes the request.\n\n${alpacaTask(task)}`,
  answerStop: ['\n\n###', '\n### '],
  writePassages: (subject) => `Facts about ${lower(subject.name)}:\n1.`,
};

export const promptSets = {
  pocket: pocketPrompts,
  chat: chatPrompts,
  continuation: continuationPrompts,
} as const;

export type PromptSetName = keyof typeof promptSets;
