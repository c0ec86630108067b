import type { Adapter } from '../lora/adapter.ts';
import { createRandom } from '../random.ts';
import type { Domain } from '../specialize/domain.ts';
import { promptSets, type PromptSet } from '../specialize/prompts.ts';
import type { SourceDocument } from '../specialize/retrieve.ts';
import type { CallProgress } from '../specialize/languageModel.ts';
import type { SpecializeSettings } from '../specialize/settings.ts';
import type { TrainingRequest } from '../specialize/run.ts';
import { specialize } from '../specialize/specialize.ts';
import type { SpecializeEvent } from '../specialize/events.ts';
import type { SpecializationState } from '../specialize/state.ts';
import { tokenizeRow } from '../text/tokenize.ts';
import { defaultTrainingOptions } from '../training/options.ts';
import type { TrainingName } from '../storage/runFiles.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import { trainWithCheckpoints, type CheckpointPlace, type Resumption } from './checkpointedTraining.ts';
import type { LoadedModel } from './loadModel.ts';
import type { ModelSession } from './modelSession.ts';
import { trainAdapter } from './trainAdapter.ts';
import type { AdapterSettings } from './adapterSettings.ts';

export interface Specialization {
  readonly domain: Domain;
  readonly documents: readonly SourceDocument[];
  readonly settings: SpecializeSettings;
  readonly adapter: AdapterSettings;
  readonly signal?: AbortSignal;
  /** Awaited between steps; a promise that stays open pauses the run. */
  readonly gate?: () => Promise<void>;
  /** Called after every step of generation. */
  readonly onWriting?: (progress: CallProgress) => void;
  /** What an earlier, unfinished run left. */
  readonly state?: SpecializationState<Adapter>;
  /** Where a training leaves checkpoints and goes on from; without it a training is all or nothing. */
  readonly checkpoints?: (training: TrainingName) => CheckpointPlace;
}

/** The prompts that suit a model: its own where it is the embedded one, else by whether it has a chat template. */
export function promptsFor({ baseModel, tokenizer }: LoadedModel): PromptSet {
  if (baseModel === 'whittle/pocket') return promptSets.pocket;
  return tokenizer.hasChatTemplate ? promptSets.chat : promptSets.continuation;
}

/** The whole method on one model: see `specialize`, whose events it passes on. */
export function specializeModel(
  session: ModelSession,
  run: Specialization,
): AsyncGenerator<SpecializeEvent<Adapter, TrainingEvent>, SpecializationState<Adapter>> {
  const { adapter, checkpoints, ...rest } = run;
  return specialize<Adapter, TrainingEvent>({
    ...rest,
    prompts: promptsFor(session.model),
    countTokens: (text) => session.model.tokenizer.encode(text, false).length,
    model: session.languageModel(null),
    withAdapter: (trained) => session.languageModel(trained),
    train: (request) => {
      if (!checkpoints) return trainOnExamples(session, adapter, request);
      return trainWithCheckpoints(checkpoints(request), (resumption) =>
        trainOnExamples(session, adapter, request, resumption),
      );
    },
  });
}

async function* trainOnExamples(
  session: ModelSession,
  settings: AdapterSettings,
  { train, valid, seed, signal }: TrainingRequest,
  resumption?: Resumption,
): AsyncGenerator<TrainingEvent, Adapter> {
  await session.releaseGeneration();
  const { model, device } = session;
  const random = createRandom(seed, 'adapter');
  const {
    rank,
    alpha,
    rankStabilized,
    targetModules,
    batchSize,
    maxLength,
    epochs,
    strength = 1,
    memoryBudget,
    activations,
    ...options
  } = settings;
  const trained = yield* trainAdapter({
    model,
    device,
    rows: train.map((example) => tokenizeRow(example, model.tokenizer)),
    evaluationRows: valid.map((example) => tokenizeRow(example, model.tokenizer)),
    lora: { rank, alpha, rankStabilized, targetModules },
    batchSize,
    maxLength,
    ...(memoryBudget !== undefined && { memoryBudget }),
    ...(activations && { activations }),
    options: { ...defaultTrainingOptions, ...options, duration: { epochs }, seed, evaluateEvery: Infinity },
    random: () => random.next(),
    ...(signal && { signal }),
    ...resumption,
  });
  return { ...trained, config: { ...trained.config, alpha: strength * alpha } };
}
