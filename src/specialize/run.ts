import { createRandom } from '../random.ts';
import type { TrainingExample } from './dataset.ts';
import type { Domain } from './domain.ts';
import type { TestedModel } from './evaluateModel.ts';
import type { AdapterName, Phase, SpecializeEvent } from './events.ts';
import { type GenerationContext, progress } from './generation.ts';
import type { CallProgress, LanguageModel, Scorer } from './languageModel.ts';
import type { PromptSet } from './prompts.ts';
import type { CountTokens, SourceDocument } from './retrieve.ts';
import type { SpecializeSettings } from './settings.ts';
import { SimilarityIndex } from './similarity.ts';
import { splitSources } from './split.ts';
import { isFinished, type SpecializationState } from './state.ts';
import type { Passage, SeedTask, TaskText } from './tasks.ts';

export interface TrainingRequest {
  readonly model: AdapterName;
  readonly round: number;
  readonly train: readonly TrainingExample[];
  /** Watches the loss; may be empty. */
  readonly valid: readonly TrainingExample[];
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SpecializeRequest<Adapter, TrainingEvent> {
  readonly domain: Domain;
  readonly documents: readonly SourceDocument[];
  readonly settings: SpecializeSettings;
  readonly prompts: PromptSet;
  /** By the model's own tokenizer, which will read the passages. */
  readonly countTokens: CountTokens;
  /** The base model. */
  readonly model: LanguageModel & Scorer;
  /** The base model with an adapter. */
  readonly withAdapter: (adapter: Adapter) => TestedModel | Promise<TestedModel>;
  /** Trains an adapter on the base model; its events pass through. */
  readonly train: (request: TrainingRequest) => AsyncGenerator<TrainingEvent, Adapter>;
  readonly signal?: AbortSignal;
  /** Awaited before every call of a model and after every training event; a promise that stays open pauses the run. */
  readonly gate?: () => Promise<void>;
  /** Called after every step of a model that writes, with how far its call has come. */
  readonly onWriting?: (progress: CallProgress) => void;
  /** What an earlier run left; finished phases are not done again. */
  readonly state?: SpecializationState<Adapter>;
}

export type Events<Adapter, TrainingEvent> = AsyncGenerator<SpecializeEvent<Adapter, TrainingEvent>, void>;

/** A request with the state that its events have led to. */
export interface Run<Adapter, TrainingEvent> extends SpecializeRequest<Adapter, TrainingEvent> {
  state: SpecializationState<Adapter>;
  readonly ready: () => Promise<void>;
  /** The documents, cut once. */
  readonly chunks: readonly Passage[];
}

/** Does a phase unless it is finished, and says so before and after. */
export async function* once<A, T>(
  run: Run<A, T>,
  phase: Phase,
  total: number,
  work: () => Events<A, T>,
): Events<A, T> {
  if (isFinished(run.state, phase)) return;
  await run.ready();
  yield { type: 'phaseStarted', phase };
  yield progress(phase, 0, total);
  yield* work();
  yield { type: 'phaseFinished', phase };
}

/** The only way from a run to generation; held-out tasks stop here, behind a yes or no. */
export function generationContext<A, T>(run: Run<A, T>): GenerationContext {
  const { domain, chunks, settings, prompts, countTokens, signal, ready, onWriting } = run;
  const passages = [...chunks, ...run.state.passages];
  return {
    subject: { name: domain.name, description: domain.description },
    sources: splitSources(usedSeeds(domain.seeds, settings), passages, settings.validFraction, settings.seed),
    prompts,
    settings,
    isHeldOut: heldOutCheck(domain, settings),
    countTokens,
    signal,
    ready,
    onWriting,
    tasks: () => run.state.tasks,
  };
}

/** All seeds, or so many as the settings say, drawn at random: fewer are always among more. */
export function usedSeeds(
  seeds: readonly SeedTask[],
  { seed, seedCount }: SpecializeSettings,
): readonly SeedTask[] {
  if (seedCount === null || seedCount >= seeds.length) return seeds;
  const drawn = new Set(createRandom(seed, 'seedCount').sample(seeds, seedCount));
  return seeds.filter((task) => drawn.has(task));
}

/** Tells whether a task is, or nearly is, one that is held out for evaluation. */
export function heldOutCheck(
  { heldOut, retention }: Pick<Domain, 'heldOut' | 'retention'>,
  { maxHeldOutSimilarity }: Pick<SpecializeSettings, 'maxHeldOutSimilarity'>,
): (task: TaskText) => boolean {
  const textOf = ({ instruction, input }: TaskText): string => `${instruction}\n${input}`;
  const index = new SimilarityIndex([...heldOut, ...retention].map(textOf));
  return (task) => index.findSimilar(textOf(task), maxHeldOutSimilarity) !== null;
}

/** @throws where it has not been trained */
export function adapterOf<A, T>(run: Run<A, T>, name: AdapterName): A {
  const adapter = run.state.adapters[name];
  if (adapter === undefined) throw new Error(`The adapter "${name}" has not been trained yet.`);
  return adapter;
}
