import { createRandom } from '../random.ts';
import { completeInOrder } from './completeInOrder.ts';
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
import type { LanguageModel, Prompt } from './languageModel.ts';
import { parseTaskList } from './parse.ts';
import type { SpecializeSettings } from './settings.ts';
import { createPassageRanking } from './passageRanking.ts';
import { SimilarityIndex } from './similarity.ts';
import type { GeneratedTask, Passage, SeedTask, Side } from './tasks.ts';
import { isRecited, taskKey } from './tasks.ts';

const phase = { stage: 'instructions', round: 1 } as const;

/** What one instruction prompt shows. */
interface TaskPrompt {
  readonly index: number;
  readonly side: Side;
  readonly demonstrations: readonly SeedTask[];
  readonly passage?: Passage | undefined;
  readonly prompt: Prompt;
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
): GenerationEvents {
  const { settings, ready } = context;
  const judge = createJudge(context);
  const passages = createPassageOrders(context);
  for (let first = firstPrompt; first < settings.maxPrompts && judge.accepted() < settings.tasks;) {
    await ready();
    const last = Math.min(first + settings.batchSize, settings.maxPrompts);
    const wave = Array.from({ length: last - first }, (_, i) => drawPrompt(context, passages, first + i));
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

function drawPrompt(
  { subject, sources, prompts, settings }: GenerationContext,
  passages: Record<Side, PassageOrder>,
  index: number,
): TaskPrompt {
  const random = createRandom(settings.seed, 'instructions', index);
  const side = sources.valid.seeds.length > 0 && random.next() < settings.validFraction ? 'valid' : 'train';
  const demonstrations = random.sample(sources[side].seeds, settings.instructionDemonstrations);
  const passage =
    random.next() < settings.passageShare ? passageAt(passages[side], settings, index) : undefined;
  const count = settings.tasksPerPrompt;
  const prompt = prompts.writeTasks({ subject, demonstrations, passage: passage?.text, count });
  return { index, side, demonstrations, passage, prompt };
}

/** A side's documents and recited facts, each in one random order. */
interface PassageOrder {
  readonly documents: readonly Passage[];
  readonly recited: readonly Passage[];
}

function createPassageOrders({ sources, settings: { seed } }: GenerationContext): Record<Side, PassageOrder> {
  const shuffled = (passages: readonly Passage[]) =>
    createRandom(seed, 'passages').sample(passages, passages.length);
  const order = (side: Side): PassageOrder => ({
    documents: shuffled(sources[side].passages.filter((passage) => !isRecited(passage))),
    recited: shuffled(sources[side].passages.filter(isRecited)),
  });
  return { train: order('train'), valid: order('valid') };
}

/**
 * Goes through documents and recited facts one after the other, so that many prompts cover them evenly; a few pages of
 * documents would otherwise drown in what was recited.
 */
function passageAt(
  { documents, recited }: PassageOrder,
  { documentShare }: SpecializeSettings,
  index: number,
): Passage | undefined {
  const share = recited.length === 0 ? 1 : documents.length === 0 ? 0 : documentShare;
  const documentsBefore = Math.floor(index * share);
  const isDocument = Math.floor((index + 1) * share) > documentsBefore;
  const order = isDocument ? documents : recited;
  return order[(isDocument ? documentsBefore : index - documentsBefore) % order.length];
}

interface WrittenTask {
  readonly task: GeneratedTask;
  readonly draft: TaskDraft;
  readonly shown: TaskPrompt;
}

async function* writtenTasks(
  { prompts, settings, signal }: GenerationContext,
  model: LanguageModel,
  wave: readonly TaskPrompt[],
): AsyncGenerator<WrittenTask> {
  const { seed, instructionTokens: maxNewTokens, temperature, topP, tasksPerPrompt } = settings;
  const callSeed = samplingSeed(seed, 'instructions', wave[0]?.index ?? 0);
  const request = { maxNewTokens, temperature, topP, seed: callSeed, stop: prompts.taskStop, signal };
  let position = 0;
  for await (const completion of completeInOrder(
    model,
    wave.map((shown) => shown.prompt),
    request,
  )) {
    const shown = wave[position++] as TaskPrompt;
    const isCut = completion.finishReason === 'length';
    const drafts = parseTaskList(completion.text, { continuesItem: prompts.continuesItem, isCut });
    for (const [i, draft] of drafts.slice(0, tasksPerPrompt).entries())
      yield { task: asTask(draft, shown, i), draft, shown };
  }
}

function asTask(
  { instruction, input }: TaskDraft,
  { index, side, demonstrations, passage }: TaskPrompt,
  i: number,
): GeneratedTask {
  return {
    id: `task-${index + 1}.${i + 1}`,
    side,
    prompt: index,
    seedIds: demonstrations.map((seed) => seed.id),
    ...(passage && { passageId: passage.id }),
    instruction,
    input,
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
