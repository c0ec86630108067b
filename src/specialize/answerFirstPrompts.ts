import type { ChatMessage, Prompt } from './languageModel.ts';
import { assistant, joined, listedTask, lower, oneLine, user, withInput } from './promptText.ts';
import type { AnsweredTask, Subject } from './tasks.ts';

/** Asks for a task to which the answer is there already. */
export interface TaskForAnswer {
  readonly subject: Subject;
  readonly demonstrations: readonly AnsweredTask[];
  readonly answer: string;
}

export interface TaskForLabel extends TaskForAnswer {
  /** What the answer is one of. */
  readonly labels: readonly string[];
}

export interface TaskForSpan extends TaskForAnswer {
  /** A sentence with the answer in it. */
  readonly text: string;
}

/** The part of a prompt set that begins with the answer; each prompt asks for one task. */
export interface AnswerFirstPrompts {
  readonly taskForLabel: (request: TaskForLabel) => Prompt;
  readonly taskForSpan: (request: TaskForSpan) => Prompt;
  /** The whole text is the answer. */
  readonly taskForText: (request: TaskForAnswer) => Prompt;
  /** The task of judging a claim, with its answer; no model writes it. */
  readonly judgeClaim: (claim: string, isTrue: boolean) => AnsweredTask;
}

const answersThenTasks = (shown: readonly AnsweredTask[], last: string, title?: string): string =>
  joined(
    [
      title,
      ...shown.map(
        (task) => `Answer: ${oneLine(task.output)}\nTask: ${oneLine(withInput(task, ' Input: '))}`,
      ),
      `${last}\nTask:`,
    ],
    '\n\n',
  );

/** The embedded model has read no answers before their tasks, but tasks after the text that answers them. */
const taskAfterText = (shown: readonly AnsweredTask[], text: string): string =>
  joined(
    [
      ...shown.map((task) => `Task: ${withInput(task, '\n')}\nAnswer: ${task.output}`),
      `Text: ${oneLine(text)}\nTask:`,
    ],
    '\n\n',
  );

export const pocketAnswerFirst: AnswerFirstPrompts = {
  taskForLabel: ({ demonstrations, answer }) => answersThenTasks(demonstrations, `Answer: ${answer}`),
  taskForSpan: ({ demonstrations, text }) => taskAfterText(demonstrations, text),
  taskForText: ({ demonstrations, answer }) => taskAfterText(demonstrations, answer),
  judgeClaim: (claim, isTrue) => ({
    instruction: `True or false: ${claim}`,
    input: '',
    output: isTrue ? 'true' : 'false',
  }),
};

const form = 'Write the task only; where it needs a text to work on, write that after "Input:".';

/** The same request for each demonstration's answer, with the demonstration as its reply, then for the new answer. */
const conversation = (
  shown: readonly AnsweredTask[],
  request: (answer: string) => string,
  answer: string,
  text = '',
): ChatMessage[] => [
  ...shown.flatMap((task) => [user(request(task.output)), assistant(listedTask(task))]),
  user(`${text}${request(answer)}`),
];

const judgeClaim = (claim: string, isTrue: boolean): AnsweredTask => ({
  instruction: 'Is the following claim true? Answer yes or no.',
  input: claim,
  output: isTrue ? 'yes' : 'no',
});

export const chatAnswerFirst: AnswerFirstPrompts = {
  taskForLabel: ({ subject, demonstrations, labels, answer }) =>
    conversation(
      demonstrations,
      (output) =>
        `Write one task about ${lower(subject.name)} for a language model. Its answer is one of ${labels.join(', ')}, and the right one must be: ${output}\n${form}`,
      answer,
    ),
  taskForSpan: ({ subject, demonstrations, text, answer }) =>
    conversation(
      demonstrations,
      (output) =>
        `Write one question about ${lower(subject.name)} to which the whole answer is: ${output}\nIt must be understandable without any other text. ${form}`,
      answer,
      `Text: ${text}\n\n`,
    ),
  taskForText: ({ subject, demonstrations, answer }) =>
    conversation(
      demonstrations,
      (output) =>
        `Write one instruction about ${lower(subject.name)} for a language model to which this is a good answer: ${output}\n${form}`,
      answer,
    ),
  judgeClaim,
};

export const continuationAnswerFirst: AnswerFirstPrompts = {
  taskForLabel: ({ subject, demonstrations, labels, answer }) =>
    answersThenTasks(
      demonstrations,
      `Answer: ${answer}`,
      `Answers about ${lower(subject.name)}, each one of ${labels.join(', ')}, and tasks to which they are right.`,
    ),
  taskForSpan: ({ subject, demonstrations, text, answer }) =>
    answersThenTasks(
      demonstrations,
      `Text: ${oneLine(text)}\nAnswer: ${answer}`,
      `Answers about ${lower(subject.name)}, and questions to which they are the whole answer.`,
    ),
  taskForText: ({ subject, demonstrations, answer }) =>
    answersThenTasks(
      demonstrations,
      `Answer: ${oneLine(answer)}`,
      `Answers about ${lower(subject.name)}, and instructions to which they are good answers.`,
    ),
  judgeClaim,
};
