import { createRandom } from '../random.ts';
import { completeInOrder } from './completeInOrder.ts';
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
import type { LanguageModel, Prompt } from './languageModel.ts';
import { parseTaskList } from './parse.ts';
import type { SpecializeSettings } from './settings.ts';
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
    const last = Math.min(first + promptsPerCall(settings), settings.maxPrompts);
    const wave = Array.from({ length: last - first }, (_, i) => drawPrompt(context, passages, first + i));
    for await (const { shown, written } of writtenTasks(context, model, wave)) {
      for (const { task, draft } of written) {
        if (judge.accepted() >= settings.tasks) break;
        yield { type: 'taskGenerated', task };
        const rejection = judge.reject(draft, shown);
        if (rejection)
          yield { type: 'taskRejected', id: task.id, rejection: { ...rejection, stage: 'instruction' } };
        else yield progress(phase, judge.accepted(), settings.tasks);
      }
      yield { type: 'promptsFinished', count: shown.index + 1 };
      if (judge.accepted() >= settings.tasks) return; // which stops the model
    }
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

/** What one prompt led to. */
interface WrittenTasks {
  readonly shown: TaskPrompt;
  readonly written: readonly { readonly task: GeneratedTask; readonly draft: TaskDraft }[];
}

async function* writtenTasks(
  context: GenerationContext,
  model: LanguageModel,
  wave: readonly TaskPrompt[],
): AsyncGenerator<WrittenTasks> {
  const { prompts, settings } = context;
  const { seed, instructionTokens: maxNewTokens, temperature, topP, tasksPerPrompt } = settings;
  const streams = wave.map(({ index }) => index);
  const sampling = { maxNewTokens, temperature, topP, seed: samplingSeed(seed, 'instructions'), streams };
  const request = { ...sampling, stop: prompts.taskStop, ...writingCall(context) };
  let position = 0;
  for await (const completion of completeInOrder(
    model,
    wave.map((shown) => shown.prompt),
    request,
  )) {
    const shown = wave[position++] as TaskPrompt;
    const isCut = completion.finishReason !== 'stop';
    const drafts = parseTaskList(completion.text, { continuesItem: prompts.continuesItem, isCut });
    const written = drafts
      .slice(0, tasksPerPrompt)
      .map((draft, i) => ({ task: asTask(draft, shown, i), draft }));
    yield { shown, written };
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
function createJudge({ sources, settings, isHeldOut, tasks }: GenerationContext) {
  const seeds = [...sources.train.seeds, ...sources.valid.seeds];
  const accepted = tasks().filter((task) => task.decision !== 'rejected');
  const seedWords = wordsOfSeeds(sources);
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
      isHeldOut,
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
