import type { ChatMessage } from './languageModel.ts';
import type { PromptSet } from './prompts.ts';
import type { SplitSources } from './split.ts';
import type { AnsweredTask, GeneratedTask, SeedTask, Side } from './tasks.ts';

/** One training example in the form that the model's prompt set asks for. */
export type TrainingExample =
  { readonly prompt: string; readonly completion: string } | { readonly messages: readonly ChatMessage[] };

/** An example with where it came from. */
export interface DatasetRow {
  readonly id: string;
  readonly source: 'seed' | 'generated';
  readonly seedIds: readonly string[];
  readonly passageId?: string;
  readonly example: TrainingExample;
}

export type Dataset = Readonly<Record<Side, readonly DatasetRow[]>>;

/** The task as training shows it: the very prompt that evaluation uses, then the answer. */
export function toExample(task: AnsweredTask, prompts: PromptSet): TrainingExample {
  const prompt = prompts.answer(task);
  const answer = prompts.answerPrefix + task.output;
  if (typeof prompt === 'string') return { prompt, completion: answer };
  return { messages: [...prompt, { role: 'assistant', content: answer }] };
}

/** The seeds, which stay in every round's data so that the model does not learn from itself alone, and the kept tasks. */
export function buildDataset(
  sources: SplitSources,
  tasks: readonly GeneratedTask[],
  prompts: PromptSet,
): Dataset {
  const side = (name: Side): DatasetRow[] => [
    ...sources[name].seeds.map((seed) => seedRow(seed, prompts)),
    ...tasks
      .filter((task) => task.side === name && task.decision === 'kept')
      .map((task) => taskRow(task, prompts)),
  ];
  return { train: side('train'), valid: side('valid') };
}

function seedRow(seed: SeedTask, prompts: PromptSet): DatasetRow {
  return { id: seed.id, source: 'seed', seedIds: [seed.id], example: toExample(seed, prompts) };
}

function taskRow(task: GeneratedTask, prompts: PromptSet): DatasetRow {
  const { id, seedIds, passageId, instruction, input, output = '' } = task;
  const example = toExample({ instruction, input, output }, prompts);
  return { id, source: 'generated', seedIds, ...(passageId !== undefined && { passageId }), example };
}
