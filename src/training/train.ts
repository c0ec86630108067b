import type { DeviceTensor } from '../runtime/device.ts';
import { discard } from '../runtime/discard.ts';
import { RuntimeFailure } from '../runtime/failure.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { fitRows, type FittedRows } from './batches.ts';
import type { TrainingCheckpoint } from './checkpoint.ts';
import { afterGoodStep, afterOverflow, type LossScale } from './lossScale.ts';
import { assertOptions } from './options.ts';
import { sortPrograms, type StepProgram } from './program.ts';
import { learningRateAt } from './schedule.ts';
import type { SkippedStepEvent, StepEvent, TrainingEvent } from './trainingEvents.ts';
import { createRun, type TrainingInput, type TrainingRun } from './trainingRun.ts';
import { inMicrobatches, TrainingSessions } from './trainingSessions.ts';

/**
 * Trains the flat parameter vector with AdamW and yields what happens; the last event is `finished`.
 * Everything on the device is released when the generator ends, also by an error, an abort, or the consumer leaving.
 * Throws `RuntimeFailure` when the device fails, and an Error when settings are wrong or the loss is not a number.
 */
export async function* train(input: TrainingInput): AsyncGenerator<TrainingEvent, void, undefined> {
  assertOptions(input.options);
  const programs = sortPrograms(input.programs);
  const maxLength = programs.at(-1)!.sequenceLength;
  const fitted = fitRows(input.rows, maxLength, input.options.overlong);
  const evaluationRows = fitRows(input.evaluationRows ?? [], maxLength).rows;
  const sessions = new TrainingSessions(input.device, programs, input.weights);
  let run: TrainingRun | undefined;
  try {
    run = await createRun(input, programs[0]!, sessions, fitted);
    yield startedEvent(run, fitted);
    yield* withinMemory(run);
    yield* steps(run, evaluationRows);
    yield {
      type: 'finished',
      step: run.step,
      isStopped: run.step < run.totalSteps,
      parameters: (await run.state.download()).parameters,
    };
  } finally {
    run?.state.dispose();
    await sessions.dispose();
  }
}

function startedEvent(run: TrainingRun, fitted: FittedRows): TrainingEvent {
  const { step, totalSteps, parameterCount } = run;
  const { rows, truncated, dropped } = fitted;
  return {
    type: 'started',
    step,
    totalSteps,
    parameterCount,
    rows: rows.length,
    truncatedRows: truncated,
    droppedRows: dropped,
  };
}

/** Goes over to programs that take less until the device has the memory for a step, before minutes are spent on one. */
async function* withinMemory(run: TrainingRun): AsyncGenerator<TrainingEvent> {
  for (;;) {
    const remedy = await run.sessions.tryMemory().catch((error: unknown) => remedyOf(run, error));
    if (!remedy) return;
    if (remedy instanceof RuntimeFailure) throw remedy;
    await run.sessions.replacePrograms(remedy);
    yield { type: 'smallerBatch', step: run.step, batchSize: run.sessions.batchSize };
  }
}

/** The loop. Evaluation and checkpoints also come at the end, whatever ends it. */
async function* steps(
  run: TrainingRun,
  evaluationRows: readonly TokenizedRow[],
): AsyncGenerator<TrainingEvent> {
  const { evaluateEvery, checkpointEvery } = run.options;
  const evaluates = evaluateEvery !== undefined && evaluationRows.length > 0;
  while (true) {
    const isLast = run.step >= run.totalSteps || run.control.isStopping;
    if (evaluates && (isLast || run.step % evaluateEvery === 0)) {
      const { parameters, zeroGradient: gradient } = run.state;
      const loss = await run.sessions.evaluate(evaluationRows, { parameters, gradient }, run.signal);
      yield { type: 'evaluation', step: run.step, loss };
    }
    if (checkpointEvery !== undefined && (isLast || (run.step > 0 && run.step % checkpointEvery === 0))) {
      yield { type: 'checkpoint', checkpoint: await checkpointOf(run) };
    }
    if (isLast) return;
    if (run.control.isPaused) yield { type: 'paused', checkpoint: await checkpointOf(run) };
    await run.control.whileRunning(run.signal);
    if (!run.control.isStopping) yield* stepWithinMemory(run);
  }
}

/**
 * A step; where half precision does not hold its gradients, with its loss scaled less; where the device has no memory for
 * it, after a checkpoint and with programs that take less. A run whose weight files are gone ends with a checkpoint.
 */
async function* stepWithinMemory(run: TrainingRun): AsyncGenerator<TrainingEvent> {
  for (;;) {
    const outcome = await trainStep(run).catch((error: unknown) => remedyOf(run, error));
    if ('type' in outcome) {
      yield outcome;
      if (outcome.type === 'step') return;
      continue;
    }
    yield { type: 'checkpoint', checkpoint: await checkpointOf(run) };
    if (outcome instanceof RuntimeFailure) throw outcome;
    await run.sessions.replacePrograms(outcome);
    yield { type: 'smallerBatch', step: run.step, batchSize: run.sessions.batchSize };
    yield* withinMemory(run);
  }
}

/**
 * Programs to go on with after a lack of memory, or the failure that leaves nothing but to keep what was learned.
 * @throws `error` where it is another one, or nothing takes less
 */
function remedyOf({ recompile }: TrainingRun, error: unknown): StepProgram[] | RuntimeFailure {
  if (!(error instanceof RuntimeFailure)) throw error;
  if (error.kind === 'missing-weights') return error;
  const programs = error.kind === 'out-of-memory' ? recompile?.() : null;
  if (!programs) throw error;
  return sortPrograms(programs);
}

async function checkpointOf(run: TrainingRun): Promise<TrainingCheckpoint> {
  const { step, tokens, config, lossScale } = run;
  return { step, tokens, config, ...(lossScale && { lossScale }), ...(await run.state.download()) };
}

/** One optimizer step: accumulate the microbatches' gradients, then clip and update. */
async function trainStep(run: TrainingRun): Promise<StepEvent | SkippedStepEvent> {
  const startTime = performance.now();
  const step = run.step + 1;
  const { rows, weight, tokens } = run.data.step(step);
  const { weightDecay, maxGradNorm, ...schedule } = run.options;
  const learningRate = learningRateAt(run.step, { ...schedule, totalSteps: run.totalSteps });
  const accumulated = await accumulateGradient(run, rows, weight);
  try {
    const settings = { step, learningRate, weightDecay, maxGradNorm };
    const gradNorm = await run.state.step(accumulated.gradient, settings);
    if (run.lossScale && !Number.isFinite(gradNorm)) return skipStep(run, step, run.lossScale);
    assertFinite(step, accumulated.loss, gradNorm);
    const scaling = run.lossScale && { lossScale: run.lossScale.scale };
    run.lossScale &&= afterGoodStep(run.lossScale);
    run.step = step;
    run.tokens += tokens;
    const epoch = (step * run.data.rowsPerStep) / run.data.rows.length;
    const seconds = (performance.now() - startTime) / 1000;
    const { loss } = accumulated;
    return {
      type: 'step',
      step,
      loss,
      gradNorm,
      learningRate,
      tokens: run.tokens,
      epoch,
      seconds,
      ...scaling,
    };
  } finally {
    discard(accumulated.gradient);
  }
}

/**
 * Leaves everything as it was but the scale. The step is not given up, as PyTorch would, but tried again: which rows a
 * step learns from follows from its number, in any precision.
 */
function skipStep(run: TrainingRun, step: number, lossScale: LossScale): SkippedStepEvent {
  run.lossScale = afterOverflow(lossScale, step);
  return { type: 'skippedStep', step, lossScale: run.lossScale.scale };
}

/** The rows' loss and its gradient, one microbatch after the other; the caller owns the gradient. */
async function accumulateGradient(
  run: TrainingRun,
  rows: readonly TokenizedRow[],
  weight: number,
): Promise<{ loss: number; gradient: DeviceTensor }> {
  let loss = 0;
  let gradient = run.state.zeroGradient;
  const disposeGradient = () => void (gradient !== run.state.zeroGradient && discard(gradient));
  try {
    for (const microbatch of inMicrobatches(rows, run.sessions.batchSize)) {
      run.signal?.throwIfAborted();
      const result = await run.sessions.gradient(microbatch, weight, {
        parameters: run.state.parameters,
        gradient,
        ...(run.lossScale && { lossScale: run.lossScale.scale }),
      });
      disposeGradient();
      gradient = result.gradient;
      loss += result.loss;
    }
    return { loss, gradient };
  } catch (error) {
    disposeGradient();
    throw error;
  }
}

function assertFinite(step: number, loss: number, gradNorm: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  throw new Error(
    `Training diverged at step ${step}: loss ${loss}, gradient norm ${gradNorm}. Use a lower learning rate or a longer warm-up.`,
  );
}
