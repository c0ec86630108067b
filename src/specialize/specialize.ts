import { type EvaluationItem } from '../evaluation/items.ts';
import { scoreAnswers } from '../evaluation/evaluate.ts';
import { completeInOrder } from './completeInOrder.ts';
import { buildDataset, type TrainingExample } from './dataset.ts';
import type { Domain } from './domain.ts';
import type { AdapterName, EvaluatedModel, Phase, SpecializeEvent } from './events.ts';
import { generateInstructions } from './generateInstructions.ts';
import { generateResponses } from './generateResponses.ts';
import { type GenerationContext, progress, samplingSeed, slices } from './generation.ts';
import type { LanguageModel } from './languageModel.ts';
import type { PromptSet } from './prompts.ts';
import { recitationCount, recitePassages } from './recite.ts';
import { replayCount, replayGeneralTasks } from './replay.ts';
import { buildReport, countRejects } from './report.ts';
import { chunkDocument, type SourceDocument } from './retrieve.ts';
import type { SpecializeSettings } from './settings.ts';
import { SimilarityIndex } from './similarity.ts';
import { splitSources } from './split.ts';
import { applyEvent, emptyState, isFinished, type SpecializationState } from './state.ts';
import type { TaskText } from './tasks.ts';

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
  /** The base model. */
  readonly model: LanguageModel;
  /** The base model with an adapter. */
  readonly withAdapter: (adapter: Adapter) => LanguageModel | Promise<LanguageModel>;
  /** Trains an adapter on the base model; its events pass through. */
  readonly train: (request: TrainingRequest) => AsyncGenerator<TrainingEvent, Adapter>;
  readonly signal?: AbortSignal;
  /** Awaited before every call of a model and after every training event; a promise that stays open pauses the run. */
  readonly gate?: () => Promise<void>;
  /** What an earlier run left; finished phases are not done again. */
  readonly state?: SpecializationState<Adapter>;
}

type Events<Adapter, TrainingEvent> = AsyncGenerator<SpecializeEvent<Adapter, TrainingEvent>, void>;

/** A request with the state that its events have led to. */
interface Run<Adapter, TrainingEvent> extends SpecializeRequest<Adapter, TrainingEvent> {
  state: SpecializationState<Adapter>;
  readonly ready: () => Promise<void>;
}

/**
 * Self-specialization (Kang et al. 2023, arXiv 2310.00160): seeds → instructions → responses → filters → LoRA on the
 * same base → evaluation on held-out tasks. Everything random comes from `settings.seed`. Abort through `signal`
 * (throws its reason); the events so far, folded by `applyEvent`, are the state to continue from.
 * @throws where the model wrote nothing that passes the filters.
 */
export async function* specialize<Adapter, TrainingEvent>(
  request: SpecializeRequest<Adapter, TrainingEvent>,
): AsyncGenerator<SpecializeEvent<Adapter, TrainingEvent>, SpecializationState<Adapter>> {
  const ready = async (): Promise<void> => {
    await request.gate?.();
    request.signal?.throwIfAborted();
  };
  const run: Run<Adapter, TrainingEvent> = { ...request, state: request.state ?? emptyState(), ready };
  for await (const event of phases(run)) {
    run.state = applyEvent(run.state, event);
    yield event;
  }
  return run.state;
}

async function* phases<A, T>(run: Run<A, T>): Events<A, T> {
  const { settings, model } = run;
  const { tasks, rounds, seedsOnly } = settings;
  const recitations = recitationCount(settings);
  if (recitations > 0) {
    yield* once(run, { stage: 'recitation', round: 1 }, recitations, () =>
      recitePassages(generationContext(run), model),
    );
  }
  yield* once(run, { stage: 'instructions', round: 1 }, tasks, () =>
    generateInstructions(generationContext(run), model, run.state.promptsUsed),
  );
  const general = replayCount(settings);
  if (general > 0) {
    yield* once(run, { stage: 'replay', round: 1 }, general, () =>
      replayGeneralTasks(generationContext(run), model),
    );
  }
  for (let round = run.state.round; round <= rounds; round++) yield* oneRound(run, round);
  if (seedsOnly) yield* evaluateModel(run, 'seedsOnly');
  yield* evaluateModel(run, 'specialized');
  yield { type: 'done', report: buildReport(run.domain, run.state, settings) };
}

/** Answers, data and training; the base is evaluated while it is still at hand from answering. */
async function* oneRound<A, T>(run: Run<A, T>, round: number): Events<A, T> {
  const { settings, domain } = run;
  if (round > run.state.round) yield { type: 'roundStarted', round };
  const answerer = round === 1 ? run.model : await run.withAdapter(adapterOf(run, 'specialized'));
  const pending = run.state.tasks.filter((task) => task.decision === 'pending').length;
  yield* once(run, { stage: 'responses', round }, pending, () =>
    generateResponses(generationContext(run), answerer, round),
  );
  yield* evaluateModel(run, 'base');
  yield* once(run, { stage: 'dataset', round }, 1, () => makeDataset(run));
  const seeds = new Set(domain.seeds.map((seed) => seed.id));
  if (settings.seedsOnly && round === 1) yield* trainAdapter(run, 'seedsOnly', round, (id) => seeds.has(id));
  yield* trainAdapter(run, 'specialized', round, () => true);
}

/** Does a phase unless it is finished, and says so before and after. */
async function* once<A, T>(
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
function generationContext<A, T>(run: Run<A, T>): GenerationContext {
  const { domain, documents, settings, prompts, signal, ready } = run;
  const chunks = documents.flatMap((document) => chunkDocument(document, settings.passageWords));
  const passages = [...chunks, ...run.state.passages];
  return {
    subject: { name: domain.name, description: domain.description },
    sources: splitSources(domain.seeds, passages, settings.validFraction, settings.seed),
    prompts,
    settings,
    isHeldOut: heldOutCheck([...domain.heldOut, ...domain.retention], settings.maxHeldOutSimilarity),
    signal,
    ready,
    tasks: () => run.state.tasks,
  };
}

function heldOutCheck(items: readonly EvaluationItem[], maxSimilarity: number): (task: TaskText) => boolean {
  const textOf = ({ instruction, input }: TaskText): string => `${instruction}\n${input}`;
  const index = new SimilarityIndex(items.map(textOf));
  return (task) => index.findSimilar(textOf(task), maxSimilarity) !== null;
}

async function* makeDataset<A, T>(run: Run<A, T>): Events<A, T> {
  const { tasks, replayed } = run.state;
  const dataset = buildDataset(generationContext(run).sources, tasks, replayed, run.prompts);
  if (!dataset.train.some((row) => row.source === 'generated')) {
    const [worst] = countRejects(tasks);
    const why = worst ? ` Most were rejected by "${worst.rule}": ${worst.description}` : '';
    throw new Error(`None of the ${tasks.length} generated tasks can be used for training.${why}`);
  }
  yield { type: 'datasetReady', dataset };
}

async function* trainAdapter<A, T>(
  run: Run<A, T>,
  model: AdapterName,
  round: number,
  isWanted: (id: string) => boolean,
): Events<A, T> {
  const { dataset } = run.state;
  if (!dataset) throw new Error(`There is no dataset to train the adapter "${model}" on.`);
  const [train, valid] = [dataset.train, dataset.valid].map((rows) =>
    rows.filter((row) => isWanted(row.id)).map((row) => row.example),
  ) as [TrainingExample[], TrainingExample[]];
  yield* once(run, { stage: 'training', round, model }, 1, async function* (): Events<A, T> {
    const { settings, signal } = run;
    const training = run.train({ model, round, train, valid, seed: settings.seed, signal });
    const adapter = yield* passTraining(run, training, model, round);
    yield { type: 'adapterTrained', model, round, adapter };
  });
}

/** Passes the events on and returns the adapter; leaving early lets the training clean up. */
async function* passTraining<A, T>(
  run: Run<A, T>,
  training: AsyncGenerator<T, A>,
  model: AdapterName,
  round: number,
): AsyncGenerator<SpecializeEvent<A, T>, A> {
  let isDone = false;
  try {
    for (;;) {
      const next = await training.next();
      if (next.done) {
        isDone = true;
        return next.value;
      }
      yield { type: 'training', model, round, event: next.value };
      await run.ready();
    }
  } finally {
    if (!isDone) await training.return(undefined as never);
  }
}

async function* evaluateModel<A, T>(run: Run<A, T>, model: EvaluatedModel): Events<A, T> {
  const { domain, settings, prompts, signal } = run;
  const phase: Phase = { stage: 'evaluation', round: 1, model };
  const items = [...domain.heldOut, ...domain.retention];
  yield* once(run, phase, items.length, async function* (): Events<A, T> {
    const answerer = model === 'base' ? run.model : await run.withAdapter(adapterOf(run, model));
    const sampling = {
      maxNewTokens: settings.responseTokens,
      temperature: 0,
      topP: 1,
      stop: prompts.answerStop,
    };
    const answers: string[] = [];
    for (const wave of slices(items, settings.batchSize)) {
      await run.ready();
      const request = {
        ...sampling,
        seed: samplingSeed(settings.seed, 'evaluation', answers.length),
        signal,
      };
      for await (const completion of completeInOrder(answerer, wave.map(prompts.answer), request)) {
        answers.push(completion.text);
        yield progress(phase, answers.length, items.length);
      }
    }
    const split = domain.heldOut.length;
    const evaluation = {
      heldOut: scoreAnswers(domain.heldOut, answers.slice(0, split)),
      retention: scoreAnswers(domain.retention, answers.slice(split)),
    };
    yield { type: 'evaluated', model, evaluation };
  });
}

function adapterOf<A, T>(run: Run<A, T>, name: AdapterName): A {
  const adapter = run.state.adapters[name];
  if (adapter === undefined) throw new Error(`The adapter "${name}" has not been trained yet.`);
  return adapter;
}
