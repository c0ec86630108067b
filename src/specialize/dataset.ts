import type { Origin } from '../evaluation/items.ts';
import type { ChatMessage } from './languageModel.ts';
import type { PromptSet } from './prompts.ts';
import type { SplitSources } from './split.ts';
import type { AnsweredTask, GeneratedTask, ReplayedTask, SeedTask, Side } from './tasks.ts';

/** One training example in the form that the model's prompt set asks for. */
export type TrainingExample =
  { readonly prompt: string; readonly completion: string } | { readonly messages: readonly ChatMessage[] };

/** An example with where it came from. */
export interface DatasetRow {
  readonly id: string;
  readonly source: 'seed' | 'generated' | 'replay';
  readonly seedIds: readonly string[];
  readonly passageId?: string;
  readonly furtherPassageIds?: readonly string[];
  /** A person worded it anew. */
  readonly edited?: boolean;
  /** Where an imported seed came from. */
  readonly origin?: Origin | undefined;
  readonly example: TrainingExample;
}

export type Dataset = Readonly<Record<Side, readonly DatasetRow[]>>;

/** The task as training shows it: the very prompt that evaluation uses, then the answer. */
export function toExample(task: AnsweredTask, prompts: PromptSet): TrainingExample {
  const prompt = prompts.answer(task);
  if (typeof prompt === 'string') return { prompt, completion: task.output };
  return { messages: [...prompt, { role: 'assistant', content: task.output }] };
}

/**
 * The seeds, which stay in every round's data so that the model does not learn from itself alone, the kept tasks, and
 * for training the replayed general ones.
 */
export function buildDataset(
  sources: SplitSources,
  tasks: readonly GeneratedTask[],
  replayed: readonly ReplayedTask[],
  prompts: PromptSet,
): Dataset {
  const side = (name: Side): DatasetRow[] => [
    ...sources[name].seeds.map((seed) => seedRow(seed, prompts)),
    ...tasks
      .filter((task) => task.side === name && task.decision === 'kept')
      .map((task) => taskRow(task, prompts)),
  ];
  const rehearsal = replayed.map((task) => replayRow(task, prompts));
  return { train: [...side('train'), ...rehearsal], valid: side('valid') };
}

function seedRow(seed: SeedTask, prompts: PromptSet): DatasetRow {
  const { id, origin } = seed;
  return { id, source: 'seed', seedIds: [id], ...(origin && { origin }), example: toExample(seed, prompts) };
}

function replayRow(task: ReplayedTask, prompts: PromptSet): DatasetRow {
  return { id: task.id, source: 'replay', seedIds: [], example: toExample(task, prompts) };
}

function taskRow(task: GeneratedTask, prompts: PromptSet): DatasetRow {
  const { id, seedIds, passageId, furtherPassageIds, instruction, input, output = '', written } = task;
  const passages = {
    ...(passageId !== undefined && { passageId }),
    ...(furtherPassageIds && { furtherPassageIds }),
  };
  const example = toExample({ instruction, input, output }, prompts);
  return { id, source: 'generated', seedIds, ...passages, ...(written && { edited: true }), example };
}
