import { answerControls, trainControls } from './controlPhases.ts';
import { generateCovering, mapKept } from './coverTasks.ts';
import { buildDataset } from './dataset.ts';
import { evaluateModel } from './evaluateModel.ts';
import type { EvaluatedModel, Phase, SpecializeEvent } from './events.ts';
import { generateInstructions } from './generateInstructions.ts';
import { generateResponses } from './generateResponses.ts';
import { progress } from './generation.ts';
import { recitationCount, recitePassages } from './recite.ts';
import { replayCount, replayGeneralTasks } from './replay.ts';
import { buildReport, countRejects } from './report.ts';
import { decide, openDecisions, unknownDecision } from './rescue.ts';
import { chunkDocument } from './retrieve.ts';
import { findFall } from './roundVerdict.ts';
import {
  adapterOf,
  type Events,
  generationContext,
  once,
  type Run,
  type SpecializeRequest,
  usedSeeds,
} from './run.ts';
import { applyEvent, emptyState, type SpecializationState } from './state.ts';
import { trainAdapter } from './trainPhase.ts';
import { unweighed, weighAnswers, weighsAnswers } from './weighAnswers.ts';

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
  const { documents, settings, countTokens, state = emptyState() } = request;
  const chunks = documents.flatMap((text) => chunkDocument(text, settings.passageTokens, countTokens));
  const run: Run<Adapter, TrainingEvent> = { ...request, state, ready, chunks };
  for await (const event of phases(run)) {
    run.state = applyEvent(run.state, event);
    yield event;
  }
  return run.state;
}

async function* phases<A, T>(run: Run<A, T>): Events<A, T> {
  const { settings, model } = run;
  const { tasks, rounds, controls } = settings;
  const recitations = recitationCount(settings);
  if (recitations > 0) {
    yield* once(run, { stage: 'recitation', round: 1 }, recitations, () =>
      recitePassages(generationContext(run), model),
    );
  }
  yield* once(run, { stage: 'instructions', round: 1 }, tasks, () => writeTasks(run));
  const general = replayCount(settings);
  if (general > 0) {
    yield* once(run, { stage: 'replay', round: 1 }, general, () =>
      replayGeneralTasks(generationContext(run), model),
    );
  }
  for (let round = run.state.round; round <= rounds && !run.state.rolledBack; round++)
    yield* oneRound(run, round);
  for (const control of controls) yield* testModel(run, control);
  yield { type: 'done', report: buildReport(run.domain, run.state, settings) };
}

/**
 * Answers, data, training and evaluation; the base is evaluated while it is still at hand from answering. Controls belong
 * to the first round, whose only difference from them they show.
 */
async function* oneRound<A, T>(run: Run<A, T>, round: number): Events<A, T> {
  const { settings } = run;
  if (round > run.state.round) yield { type: 'roundStarted', round };
  const answerer = round === 1 ? run.model : await run.withAdapter(adapterOf(run, 'specialized'));
  const pending = run.state.tasks.filter((task) => task.decision === 'pending').length;
  const responses: Phase = { stage: 'responses', round };
  const answer = () => generateResponses(generationContext(run), answerer, responses);
  yield* applyDecisions(run);
  yield* once(run, responses, pending, answer);
  yield* applyDecisions(run);
  // Again where a task was kept that had been refused before it was answered.
  yield* once(run, responses, 1, answer);
  if (weighsAnswers(settings)) {
    const weighing: Phase = { stage: 'likelihoods', round };
    yield* once(run, weighing, unweighed(run.state.tasks).length, () =>
      weighAnswers(generationContext(run), answerer, weighing),
    );
  }
  if (round === 1 && coversDocuments(run)) {
    const mapping: Phase = { stage: 'coverage', round };
    yield* once(run, mapping, 1, () => mapKept(generationContext(run), run.model, mapping));
  }
  if (round === 1) yield* answerControls(run);
  yield* testModel(run, 'base');
  yield* once(run, { stage: 'dataset', round }, 1, () => makeDataset(run));
  if (round === 1) yield* trainControls(run);
  yield* trainAdapter(run, 'specialized', round, () => run.state.dataset!);
  yield* testModel(run, 'specialized', round);
  const before = run.state.previous?.evaluations.specialized;
  const fall = before && findFall(before, run.state.evaluations.specialized!, round, settings.maxFall);
  if (fall) yield { type: 'rolledBack', round, reason: fall };
}

/** What a person decided beforehand, of the tasks that are there by now. */
async function* applyDecisions<A, T>(run: Run<A, T>): Events<A, T> {
  const { state, settings } = run;
  const open = openDecisions(state, settings);
  for (const id of open.rescue) yield decide(state, id, 'taskRescued');
  for (const id of open.discard) yield decide(state, id, 'taskDiscarded');
}

/** Whether there is anything to cover, and that was asked for. */
const coversDocuments = <A, T>({ settings, chunks }: Run<A, T>): boolean =>
  settings.coverage && chunks.length > 0;

function writeTasks<A, T>(run: Run<A, T>): Events<A, T> {
  const context = generationContext(run);
  if (!coversDocuments(run)) return generateInstructions(context, run.model, run.state.promptsUsed);
  const promptsUsed = () => run.state.promptsUsed;
  return generateCovering(context, run.model, { promptsUsed, half: run.state.coverage?.half });
}

async function* makeDataset<A, T>(run: Run<A, T>): Events<A, T> {
  const { isHeldOut } = generationContext(run);
  const unknown = unknownDecision(run.state, run.settings);
  if (unknown !== undefined)
    throw new Error(`There is no task "${unknown}" to keep or discard; tasks.jsonl lists those of a run.`);
  // Runs from before held-out tasks were told as such first may have rescued one that was rejected for something else.
  const tasks = run.state.tasks.filter((task) => !task.rescued || !isHeldOut(task));
  // A sweep continues from a run that wrote more.
  const replayed = run.state.replayed.slice(0, replayCount(run.settings));
  const dataset = buildDataset(generationContext(run).sources, tasks, replayed, run.prompts);
  if (!dataset.train.some((row) => row.source === 'generated')) {
    const [worst] = countRejects(tasks);
    const why = worst ? ` Most were rejected by "${worst.rule}": ${worst.description}` : '';
    throw new Error(`None of the ${tasks.length} generated tasks can be used for training.${why}`);
  }
  yield { type: 'datasetReady', dataset };
}

async function* testModel<A, T>(run: Run<A, T>, model: EvaluatedModel, round = 1): Events<A, T> {
  const phase: Phase = { stage: 'evaluation', round, model };
  const unknown = 0; // the test tells its size with its first answer
  yield* once(run, phase, unknown, async function* (): Events<A, T> {
    const answerer = model === 'base' ? run.model : await run.withAdapter(adapterOf(run, model));
    const domain = { ...run.domain, seeds: usedSeeds(run.domain.seeds, run.settings) };
    const test = evaluateModel({ ...run, domain }, answerer);
    let next = await test.next();
    for (; !next.done; next = await test.next()) yield progress(phase, next.value.done, next.value.total);
    yield { type: 'evaluated', model, evaluation: next.value };
  });
}
