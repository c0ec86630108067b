import { completeInOrder } from './completeInOrder.ts';
import { createPromptSource, drawPrompt, type TaskPrompt } from './drawPrompt.ts';
import { firstRejection, type InstructionContext, noveltyText, type TaskDraft } from './filter.ts';
import {
  type GenerationContext,
  type GenerationEvents,
  progress,
  promptsPerCall,
  samplingSeed,
  wordsOfSeeds,
  writingCall,
} from './generation.ts';
import { instructionRules } from './instructionRules.ts';
import { createLanguageCheck } from './language.ts';
import type { Completion, LanguageModel, Prompt } from './languageModel.ts';
import { parseFirstTask, parseTaskList } from './parse.ts';
import { createPassageRanking } from './passageRanking.ts';
import type { SpecializeSettings } from './settings.ts';
import { SimilarityIndex } from './similarity.ts';
import { type GeneratedTask, type Passage, taskKey } from './tasks.ts';

const phase = { stage: 'instructions', round: 1 } as const;

/** A part of the writing; what is left out is as the settings have it. */
export interface Stretch {
  /** It ends with so many tasks, or after so many prompts, those before it included. */
  readonly end?: Pick<SpecializeSettings, 'tasks' | 'maxPrompts'>;
  /** The passages that its prompts may be about. */
  readonly isShown?: (passage: Passage) => boolean;
}

/**
 * Has the model write tasks until enough have passed the instruction rules or the prompts are used up. Each prompt
 * shows a few random seeds, all of one side of the split, and perhaps a passage of that side.
 * @param firstPrompt where an interrupted run continues.
 */
export async function* generateInstructions(
  context: GenerationContext,
  model: LanguageModel,
  firstPrompt: number,
  { end = context.settings, isShown = () => true }: Stretch = {},
): GenerationEvents {
  const { settings, ready } = context;
  const judge = createJudge(context);
  const source = createPromptSource(context, isShown);
  for (let first = firstPrompt; first < end.maxPrompts && judge.accepted() < end.tasks;) {
    await ready();
    const last = Math.min(first + promptsPerCall(settings), end.maxPrompts);
    const wave = Array.from({ length: last - first }, (_, i) => drawPrompt(source, first + i));
    for await (const { shown, written } of writtenTasks(context, model, wave)) {
      for (const { task, draft } of written) {
        if (judge.accepted() >= end.tasks) break;
        yield { type: 'taskGenerated', task };
        const rejection = judge.reject(draft, shown);
        if (rejection)
          yield { type: 'taskRejected', id: task.id, rejection: { ...rejection, stage: 'instruction' } };
        else yield progress(phase, judge.accepted(), settings.tasks);
      }
      yield { type: 'promptsFinished', count: shown.index + 1 };
      if (judge.accepted() >= end.tasks) return; // which stops the model
    }
    first = last;
  }
}

/** What one prompt led to. */
interface WrittenTasks {
  readonly shown: TaskPrompt;
  readonly written: readonly { readonly task: GeneratedTask; readonly draft: TaskDraft }[];
}

/** The tasks of a wave, in the order of its prompts: what the model writes, and what rules wrote in its place. */
async function* writtenTasks(
  context: GenerationContext,
  model: LanguageModel,
  wave: readonly TaskPrompt[],
): AsyncGenerator<WrittenTasks> {
  const { prompts, settings } = context;
  const { seed, instructionTokens: maxNewTokens, temperature, topP } = settings;
  const asked = wave.filter(({ content }) => 'prompt' in content);
  const streams = asked.map(({ index }) => index);
  const sampling = { maxNewTokens, temperature, topP, seed: samplingSeed(seed, 'instructions'), streams };
  const request = { ...sampling, stop: prompts.taskStop, ...writingCall(context) };
  const completions = completeInOrder(model, asked.flatMap(promptOf), request);
  try {
    for (const shown of wave) {
      const drafts =
        'task' in shown.content
          ? [{ ...shown.content.task, isCut: false }]
          : readTasks(context, shown, (await completions.next()).value as Completion);
      yield { shown, written: drafts.map((draft, i) => ({ task: asTask(draft, shown, i), draft })) };
    }
    await completions.next(); // lets the call end, and tell of what went wrong
  } finally {
    await completions.return(undefined);
  }
}

const promptOf = ({ content }: TaskPrompt): Prompt[] => ('prompt' in content ? [content.prompt] : []);

/** A draft, with its answer where that was given. */
type Draft = TaskDraft & { readonly output?: string };

function readTasks(
  { prompts, settings }: GenerationContext,
  { content }: TaskPrompt,
  { text, finishReason }: Completion,
): Draft[] {
  const isCut = finishReason !== 'stop';
  if (!('output' in content))
    return parseTaskList(text, { continuesItem: prompts.continuesItem, isCut }).slice(
      0,
      settings.tasksPerPrompt,
    );
  const { output } = content;
  return parseFirstTask(text, isCut).map((draft) => ({ ...draft, output }));
}

function asTask(
  { instruction, input, output }: Draft,
  { index, side, demonstrations, passage, content }: TaskPrompt,
  i: number,
): GeneratedTask {
  return {
    id: `task-${index + 1}.${i + 1}`,
    side,
    kind: content.kind,
    prompt: index,
    seedIds: demonstrations.map((seed) => seed.id),
    ...(passage && { passageId: passage.id }),
    instruction,
    input,
    ...(output !== undefined && { output }),
    decision: 'pending',
  };
}

/** Judges drafts one after the other and remembers the accepted ones. */
function createJudge(generation: GenerationContext) {
  const { sources, settings, isHeldOut, countTokens, tasks } = generation;
  const seeds = [...sources.train.seeds, ...sources.valid.seeds];
  const accepted = tasks().filter((task) => task.decision !== 'rejected');
  const seedWords = wordsOfSeeds(sources);
  const foreignLanguage = createLanguageCheck(seeds);
  const rankPassage = createPassageRanking(generation);
  const known = new SimilarityIndex([...seeds, ...accepted].map((task) => noveltyText(task, settings)));
  const keys = new Set([...seeds, ...accepted].map(taskKey));
  let count = accepted.length;
  const reject = (draft: TaskDraft, shown: TaskPrompt) => {
    const context: InstructionContext = {
      settings,
      demonstrations: shown.demonstrations,
      passage: shown.passage?.text,
      seedWords,
      known,
      foreignLanguage,
      countTokens,
      isHeldOut,
      passageRank: (task) => (shown.passage ? rankPassage(task, shown.passage, shown.side) : null),
      isKnown: (task) => keys.has(taskKey(task)),
    };
    const rejection = firstRejection(instructionRules, draft, context);
    if (rejection) return rejection;
    known.add(noveltyText(draft, settings));
    keys.add(taskKey(draft));
    count++;
    return null;
  };
  return { reject, accepted: () => count };
}
