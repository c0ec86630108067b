import { unicodeTokens } from '../evaluation/rougeL.ts';
import { createRandom } from '../random.ts';
import type { GenerationEvent, Phase } from './events.ts';
import type { CallProgress } from './languageModel.ts';
import type { PromptSet } from './prompts.ts';
import type { CountTokens } from './retrieve.ts';
import type { SpecializeSettings } from './settings.ts';
import type { SplitSources } from './split.ts';
import type { GeneratedTask, Passage, SeedTask, Subject, TaskText } from './tasks.ts';

/** All that writing data may know. Held-out tasks are not in here: the model cannot be shown what is not given. */
export interface GenerationContext {
  readonly subject: Subject;
  readonly sources: SplitSources;
  readonly prompts: PromptSet;
  readonly settings: SpecializeSettings;
  /** Yes or no only, so that a draft can be refused without its held-out twin being known here. */
  readonly isHeldOut: (task: TaskText) => boolean;
  /** By the model's own tokenizer. */
  readonly countTokens: CountTokens;
  readonly signal?: AbortSignal | undefined;
  /** Resolves when work may go on: waits while paused, throws when aborted. Awaited before each step of the model. */
  readonly ready: () => Promise<void>;
  /** Called after every step of the model. */
  readonly onWriting?: ((progress: CallProgress) => void) | undefined;
  readonly tasks: () => readonly GeneratedTask[];
}

export type GenerationEvents = AsyncGenerator<GenerationEvent, void>;

/** A seed for the sampler, different for every call of the model and the same in every run with this `seed`. */
export function samplingSeed(seed: number, ...call: readonly (string | number)[]): number {
  return createRandom(seed, 'sampling', ...call).below(2 ** 31);
}

export function progress(phase: Phase, done: number, total: number): GenerationEvent {
  return { type: 'progress', phase, done: Math.min(done, total), total };
}

export function findPassage(sources: SplitSources, id: string | undefined): Passage | undefined {
  if (id === undefined) return undefined;
  return [...sources.train.passages, ...sources.valid.passages].find((passage) => passage.id === id);
}

export const findSeeds = ({ train, valid }: SplitSources, ids: readonly string[]): SeedTask[] =>
  [...train.seeds, ...valid.seeds].filter(({ id }) => ids.includes(id));

/** Words of all seeds' instructions and inputs: how tasks of this domain speak, whatever they are about. */
export function wordsOfSeeds({ train, valid }: SplitSources): ReadonlySet<string> {
  return new Set([...train.seeds, ...valid.seeds].flatMap(wordsOfTask));
}

const wordsOfTask = ({ instruction, input }: TaskText): string[] => unicodeTokens(`${instruction}\n${input}`);

/** Words of a task beyond those that seeds use too: what it is about. */
export const ownWords = (task: TaskText, seedWords: ReadonlySet<string>): string[] =>
  wordsOfTask(task).filter((word) => !seedWords.has(word));

/** So many batches are handed to the model at once: waiting prompts take the places of those that are done. */
const batchesPerCall = 8;

/** How many prompts are handed to the model at once. */
export const promptsPerCall = ({ batchSize }: Pick<SpecializeSettings, 'batchSize'>): number =>
  batchesPerCall * batchSize;

/** What all calls that write data have in common. */
export const writingCall = (context: Pick<GenerationContext, 'signal' | 'ready' | 'onWriting'>) =>
  ({
    signal: context.signal,
    gate: context.ready,
    onProgress: context.onWriting,
    stopOnRepetition: true,
  }) as const;

export function* slices<T>(values: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += size) yield values.slice(start, start + size);
}
