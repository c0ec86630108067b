import { completeInOrder } from './completeInOrder.ts';
import { createPromptSource, drawPrompt, type TaskPrompt } from './drawPrompt.ts';
import { firstRejection, type InstructionContext, noveltyText, type TaskDraft } from './filter.ts';
import {
  type GenerationContext,
  type GenerationEvents,
  progress,
  samplingSeed,
  wordsOfSeeds,
} from './generation.ts';
import { instructionRules } from './instructionRules.ts';
import { createLanguageCheck } from './language.ts';
import type { Completion, LanguageModel } from './languageModel.ts';
import { parseFirstTask, parseTaskList } from './parse.ts';
import { createPassageRanking } from './passageRanking.ts';
import { SimilarityIndex } from './similarity.ts';
import { type GeneratedTask, taskKey } from './tasks.ts';

const phase = { stage: 'instructions', round: 1 } as const;

/**
 * Has the model write tasks until enough have passed the instruction rules or the prompts are used up. Each prompt
 * shows a few random seeds, all of one side of the split, and perhaps a passage of that side.
 * @param firstPrompt where an interrupted run continues.
 */
export async function* generateInstructions(
  context: GenerationContext,
  model: LanguageModel,
  firstPrompt: number,
): GenerationEvents {
  const { settings, ready } = context;
  const judge = createJudge(context);
  const source = createPromptSource(context);
  for (let first = firstPrompt; first < settings.maxPrompts && judge.accepted() < settings.tasks;) {
    await ready();
    const last = Math.min(first + settings.batchSize, settings.maxPrompts);
    const wave = Array.from({ length: last - first }, (_, i) => drawPrompt(source, first + i));
    for await (const { task, draft, shown } of writtenTasks(context, model, wave)) {
      if (judge.accepted() >= settings.tasks) continue; // the model must finish what it was asked for
      yield { type: 'taskGenerated', task };
      const rejection = judge.reject(draft, shown);
      if (rejection)
        yield { type: 'taskRejected', id: task.id, rejection: { ...rejection, stage: 'instruction' } };
      else yield progress(phase, judge.accepted(), settings.tasks);
    }
    yield { type: 'promptsFinished', count: last };
    first = last;
  }
}

interface WrittenTask {
  readonly task: GeneratedTask;
  readonly draft: TaskDraft;
  readonly shown: TaskPrompt;
}

/** The tasks of a wave, in the order of its prompts: what the model writes, and what rules wrote in its place. */
async function* writtenTasks(
  context: GenerationContext,
  model: LanguageModel,
  wave: readonly TaskPrompt[],
): AsyncGenerator<WrittenTask> {
  const { prompts, settings, signal } = context;
  const { seed, instructionTokens: maxNewTokens, temperature, topP } = settings;
  const callSeed = samplingSeed(seed, 'instructions', wave[0]?.index ?? 0);
  const request = { maxNewTokens, temperature, topP, seed: callSeed, stop: prompts.taskStop, signal };
  const asked = wave.flatMap(({ content }) => ('prompt' in content ? [content.prompt] : []));
  const completions = completeInOrder(model, asked, request);
  for (const shown of wave) {
    const drafts =
      'task' in shown.content
        ? [{ ...shown.content.task, isCut: false }]
        : readTasks(context, shown, (await completions.next()).value as Completion);
    for (const [i, draft] of drafts.entries()) yield { task: asTask(draft, shown, i), draft, shown };
  }
  await completions.next(); // lets the call end, and tell of what went wrong
}

/** A draft, with its answer where that was given. */
type Draft = TaskDraft & { readonly output?: string };

function readTasks(
  { prompts, settings }: GenerationContext,
  { content }: TaskPrompt,
  { text, finishReason }: Completion,
): Draft[] {
  const isCut = finishReason === 'length';
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
