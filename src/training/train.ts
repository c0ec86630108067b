import { RuntimeFailure } from '../runtime/failure.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { fitRows, type FittedRows } from './batches.ts';
import type { TrainingCheckpoint } from './checkpoint.ts';
import { afterGoodStep, afterOverflow, type LossScale } from './lossScale.ts';
import { assertOptions } from './options.ts';
import { sortPrograms, type StepProgram } from './program.ts';
import { learningRateAt } from './schedule.ts';
import type { Pending } from './steps.ts';
import type { SkippedStepEvent, SmallerBatchEvent, StepEvent, TrainingEvent } from './trainingEvents.ts';
import { createRun, type TrainingInput, type TrainingRun } from './trainingRun.ts';
import { TrainingSessions } from './trainingSessions.ts';

/**
 * Trains the flat parameter vector with AdamW and yields what happens; the last event is `finished`.
 * Everything on the device is released when the generator ends, also by an error, an abort, or the consumer leaving.
 * Throws `RuntimeFailure` when the device fails, and an Error when settings are wrong or the loss is not a number.
 */
export async function* train(input: TrainingInput): AsyncGenerator<TrainingEvent, void, undefined> {
  assertOptions(input.options);
  const programs = sortPrograms(input.programs);
  const maxLength = Math.min(input.maxLength ?? Infinity, programs.at(-1)!.sequenceLength);
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
      parameters: (await run.steps.download()).parameters,
    };
  } finally {
    await run?.steps.dispose();
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
    await run.steps.replacePrograms(remedy);
    yield smallerBatch(run);
  }
}

function smallerBatch({ step, sessions: { batchSize, isPacked } }: TrainingRun): SmallerBatchEvent {
  return { type: 'smallerBatch', step, batchSize, ...(isPacked && { isPacked }) };
}

/**
 * The loop. Evaluation and checkpoints also come at the end, whatever ends it. Where numbers come later than a step is begun,
 * the next one is begun before; for everything else all must be there, since it belongs to a certain step.
 */
async function* steps(
  run: TrainingRun,
  evaluationRows: readonly TokenizedRow[],
): AsyncGenerator<TrainingEvent> {
  const { evaluateEvery, checkpointEvery } = run.options;
  const begun: BegunStep[] = [];
  while (true) {
    const isLast = run.step >= run.totalSteps || run.control.isStopping;
    const isDue = (every: number | undefined) => every !== undefined && (isLast || run.step % every === 0);
    const evaluates = isDue(evaluateEvery) && evaluationRows.length > 0;
    const keeps = isDue(checkpointEvery) && (isLast || run.step > 0);
    if (begun.length > 0 && (isLast || evaluates || keeps || run.control.isPaused)) {
      yield* finish(begun, 0);
      // Whoever was told of a step may have paused or stopped.
      continue;
    }
    if (evaluates) {
      const { parameters, anyGradient: gradient } = run.steps;
      const loss = await run.sessions.evaluate(evaluationRows, { parameters, gradient }, run.signal);
      yield { type: 'evaluation', step: run.step, loss };
    }
    if (keeps) yield { type: 'checkpoint', checkpoint: await checkpointOf(run) };
    if (isLast) return;
    if (run.control.isPaused) yield { type: 'paused', checkpoint: await checkpointOf(run) };
    await run.control.whileRunning(run.signal);
    if (!run.control.isStopping) yield* stepWithinMemory(run, begun);
  }
}

/** Steps that may be under way when the next is begun: two at a time, so that the device always has work. */
const mostBegun = 1;

/** Waits for the oldest steps until at most `most` are left. */
async function* finish(begun: BegunStep[], most: number): AsyncGenerator<TrainingEvent> {
  while (begun.length > most) yield await begun.shift()!.finish();
}

/**
 * Begins a step; where half precision does not hold its gradients, with its loss scaled less; where the device has no memory
 * for it, after a checkpoint and with programs that take less. A run whose weight files are gone ends with a checkpoint.
 */
async function* stepWithinMemory(run: TrainingRun, begun: BegunStep[]): AsyncGenerator<TrainingEvent> {
  for (;;) {
    const before = run.step;
    const outcome = await beginStep(run).catch((error: unknown) => remedyOf(run, error));
    if ('finish' in outcome) {
      begun.push(outcome);
      yield* finish(begun, run.steps.isAhead && !run.lossScale ? mostBegun : 0);
      if (run.step > before) return;
      continue;
    }
    yield* finish(begun, 0);
    yield { type: 'checkpoint', checkpoint: await checkpointOf(run) };
    if (outcome instanceof RuntimeFailure) throw outcome;
    await run.steps.replacePrograms(outcome);
    yield smallerBatch(run);
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
  return { step, tokens, config, ...(lossScale && { lossScale }), ...(await run.steps.download()) };
}

/** A step that the device has been given. */
interface BegunStep {
  /** Waits for its numbers. */
  readonly finish: () => Promise<StepEvent | SkippedStepEvent>;
}

/**
 * Begins an optimizer step: accumulate the microbatches' gradients, then clip and update. In half precision the norm decides
 * whether the parameters change, so there is nothing to finish later.
 */
async function beginStep(run: TrainingRun): Promise<BegunStep> {
  const startTime = performance.now();
  const step = run.step + 1;
  const { rows, weight, tokens } = run.data.step(step);
  const { weightDecay, maxGradNorm, ...schedule } = run.options;
  const learningRate = learningRateAt(run.step, { ...schedule, totalSteps: run.totalSteps });
  const scale = run.lossScale?.scale;
  const scaling = scale === undefined ? {} : { lossScale: scale };
  const loss = await run.steps.gradient({ rows, weight, signal: run.signal, ...scaling });
  const settings = { step, learningRate, weightDecay, maxGradNorm };
  const gradNorm = await run.steps.update(settings, run.lossScale !== null);
  if (run.lossScale) {
    if (!Number.isFinite(await gradNorm.value)) {
      const skipped = skipStep(run, step, run.lossScale);
      return { finish: async () => skipped };
    }
    run.lossScale = afterGoodStep(run.lossScale);
  }
  run.step = step;
  run.tokens += tokens;
  const epoch = (step * run.data.rowsPerStep) / run.data.rows.length;
  const known = { type: 'step', step, learningRate, tokens: run.tokens, epoch, ...scaling } as const;
  return { finish: () => finishStep(run, startTime, known, loss, gradNorm) };
}

async function finishStep(
  run: TrainingRun,
  startTime: number,
  known: Omit<StepEvent, 'loss' | 'gradNorm' | 'seconds'>,
  ...numbers: readonly [loss: Pending, gradNorm: Pending]
): Promise<StepEvent> {
  const [loss, gradNorm] = (await Promise.all(numbers.map(({ value }) => value))) as [number, number];
  assertFinite(known.step, loss, gradNorm);
  // Of two steps under way the later one waits for the earlier.
  const since = Math.max(startTime, run.lastFinish);
  run.lastFinish = performance.now();
  const { type, step, learningRate, tokens, epoch, ...scaling } = known;
  const seconds = (run.lastFinish - since) / 1000;
  return { type, step, loss, gradNorm, learningRate, tokens, epoch, seconds, ...scaling };
}

/**
 * Leaves everything as it was but the scale. The step is not given up, as PyTorch would, but tried again: which rows a
 * step learns from follows from its number, in any precision.
 */
function skipStep(run: TrainingRun, step: number, lossScale: LossScale): SkippedStepEvent {
  run.lossScale = afterOverflow(lossScale, step);
  return { type: 'skippedStep', step, lossScale: run.lossScale.scale };
}

function assertFinite(step: number, loss: number, gradNorm: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  throw new Error(
    `Training diverged at step ${step}: loss ${loss}, gradient norm ${gradNorm}. Use a lower learning rate or a longer warm-up.`,
  );
}
