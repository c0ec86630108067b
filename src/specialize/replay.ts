import { createRandom } from '../random.ts';
import { completeInOrder } from './completeInOrder.ts';
import type { Phase } from './events.ts';
import {
  type GenerationContext,
  type GenerationEvents,
  progress,
  promptsPerCall,
  samplingSeed,
  slices,
  writingCall,
} from './generation.ts';
import type { Completion, LanguageModel } from './languageModel.ts';
import { parseTaskList } from './parse.ts';
import { countWords } from './retrieve.ts';
import type { SpecializeSettings } from './settings.ts';
import { type AnsweredTask, taskKey, type TaskText } from './tasks.ts';
import { findRepetition } from './textFaults.ts';

const phase: Phase = { stage: 'replay', round: 1 };

type ReplayContext = Pick<
  GenerationContext,
  'prompts' | 'settings' | 'isHeldOut' | 'signal' | 'ready' | 'onWriting'
>;

/** How many general tasks a run asks for. */
export const replayCount = ({ replayShare, tasks }: SpecializeSettings) => Math.round(replayShare * tasks);

/**
 * Lets the model write tasks on general topics and answer them as it does before any training. Trained on beside the
 * field's tasks they hold on to what the model could already: rehearsal of self-made data (SSR, arXiv 2403.01244).
 * Gives up after one prompt per wanted task.
 */
export async function* replayGeneralTasks(context: ReplayContext, model: LanguageModel): GenerationEvents {
  const { settings, ready } = context;
  const wanted = replayCount(settings);
  const known = new Set<string>();
  const calls = Array.from({ length: wanted }, (_, i) => i);
  let count = 0;
  for (const wave of slices(calls, promptsPerCall(settings))) {
    if (count >= wanted) return;
    await ready();
    const tasks = (await writeTasks(context, model, wave)).filter((task) => {
      const isNew = !known.has(taskKey(task)) && !context.isHeldOut(task);
      known.add(taskKey(task));
      return isNew;
    });
    for (const part of slices(tasks.slice(0, wanted - count), promptsPerCall(settings))) {
      await ready();
      for (const task of await answerTasks(context, model, part))
        yield { type: 'taskReplayed', task: { id: `replay-${++count}`, ...task } };
      yield progress(phase, count, wanted);
    }
  }
}

/** Sound tasks from one prompt per call, each about a topic drawn from the settings' list. */
async function writeTasks(
  context: ReplayContext,
  model: LanguageModel,
  wave: readonly number[],
): Promise<TaskText[]> {
  const { prompts, settings } = context;
  const { seed, instructionTokens: maxNewTokens, temperature, topP, tasksPerPrompt: count } = settings;
  const asked = wave.map((call) => {
    const [name = ''] = createRandom(seed, 'replay', call).sample(settings.replayTopics, 1);
    return prompts.writeTasks({ subject: { name, description: '' }, demonstrations: [], count });
  });
  const request = { maxNewTokens, temperature, topP, stop: prompts.taskStop, ...writingCall(context) };
  const tasks: TaskText[] = [];
  for await (const { text, finishReason } of completeInOrder(model, asked, {
    ...request,
    seed: samplingSeed(seed, 'replay'),
    streams: wave,
  })) {
    const isCut = finishReason !== 'stop';
    const drafts = parseTaskList(text, { continuesItem: prompts.continuesItem, isCut }).slice(0, count);
    tasks.push(...drafts.filter((draft) => !draft.isCut && isSound(draft, settings.minWords)));
  }
  return tasks;
}

const isSound = ({ instruction, input }: TaskText, minWords: number): boolean =>
  countWords(instruction) >= minWords && findRepetition(`${instruction}\n${input}`) === null;

/** Greedy answers to the bare tasks; those that were cut, are empty or go round in circles are left out. */
async function answerTasks(
  context: ReplayContext,
  model: LanguageModel,
  tasks: readonly TaskText[],
): Promise<AnsweredTask[]> {
  const { prompts, settings } = context;
  const request = { maxNewTokens: settings.responseTokens, temperature: 0, topP: 1, seed: settings.seed };
  const completions: Completion[] = [];
  for await (const completion of completeInOrder(model, tasks.map(prompts.answer), {
    ...request,
    stop: prompts.answerStop,
    ...writingCall(context),
  }))
    completions.push(completion);
  return completions.flatMap(({ text, finishReason }, i) => {
    const output = text.trim();
    const isSoundAnswer = finishReason === 'stop' && output !== '' && findRepetition(output) === null;
    const { instruction, input } = tasks[i] as TaskText;
    return isSoundAnswer ? [{ instruction, input, output }] : [];
  });
}
