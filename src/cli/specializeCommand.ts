import { ModelSession } from '../engine/modelSession.ts';
import type { LoadedModel } from '../engine/loadModel.ts';
import { promptsFor, specializeModel } from '../engine/specializeModel.ts';
import type { Adapter } from '../lora/adapter.ts';
import { describeCoverage } from '../specialize/coverageFigure.ts';
import type { SpecializeEvent } from '../specialize/events.ts';
import { renderReport } from '../specialize/renderReport.ts';
import type { SpecializationState } from '../specialize/state.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import { describeWriting, WritingTotals } from '../specialize/writingTotals.ts';
import { describeSkip } from './activations.ts';
import type { Command } from './command.ts';
import { describeShortage } from './describeShortage.ts';
import { makeOutFolder } from './files.ts';
import { describePlan } from './memoryLine.ts';
import { openDevice, openModel, provenanceOf } from './openModel.ts';
import { commonOptions, helpOf, readOptions, type OptionValues } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { writeResults } from './runFolder.ts';
import type { RunPlan } from '../engine/runPlan.ts';
import { readRunPlan, readVersions, writeRunPlan } from './runPlan.ts';
import {
  readSettings,
  readSubject,
  refuseChanges,
  specializeOptions,
  withDecisions,
} from './specializeOptions.ts';
import { UnfinishedRun } from './unfinishedRun.ts';

type Values = OptionValues<typeof specializeOptions>;

export const specializeCommand: Command = {
  summary: 'the whole method: write tasks, answer, filter, train, evaluate',
  help: helpOf('specialize', specializeOptions),
  run: async (argv) => {
    const values = readOptions(specializeOptions, argv);
    const output = createOutput(values.json);
    const unfinished = new UnfinishedRun(values.out);
    const { plan, model } = await planRun(values, unfinished);
    const provenance = provenanceOf(model);
    const device = await openDevice({ device: plan.device, threads: values.threads });
    await makeOutFolder(values.out);
    if (!values.resume || values.rescue !== undefined || values.discard !== undefined)
      await writeRunPlan(values.out, plan, {
        trainedOn: provenance.trainedOn,
        versions: await readVersions(),
      });
    if (!values.resume) await unfinished.begin();
    const totals = new WritingTotals();
    const session = new ModelSession(model, device, { batchSize: plan.settings.batchSize });
    const run = specializeModel(session, {
      ...plan,
      state: await unfinished.read(model.decoder),
      checkpoints: (training) => unfinished.checkpointOf(training),
      onWriting: (progress) => totals.note(progress),
    });
    const state = await follow(run, output, totals, (event) => unfinished.note(event, provenance));
    await writeResults(values.out, state, plan.domain, provenance);
    await unfinished.discard();
    output.result({ type: 'report', ...state.report! }, renderReport(state.report!));
    await device.dispose();
  },
};

interface PlannedRun {
  readonly plan: RunPlan;
  readonly model: LoadedModel;
}

async function planRun(values: Values, unfinished: UnfinishedRun): Promise<PlannedRun> {
  if (values.resume || values.from !== undefined) return earlierRun(values, unfinished);
  const {
    model: folder,
    dtype = commonOptions.dtype.default,
    device = commonOptions.device.default,
  } = values;
  if (folder === undefined) throw new Error(`--model is missing: ${specializeOptions.model.help}.`);
  const subject = await readSubject(values);
  await makeOutFolder(values.out);
  const model = await openModel({ model: folder, dtype, device });
  const suitable = promptsFor(model).name === 'pocket' ? 'pocket' : 'small';
  const plan = { model: folder, dtype, device, ...(await readSettings(values, suitable)), ...subject };
  return { plan, model };
}

/** A run that is repeated or gone on with; only where its model lies may have changed. */
async function earlierRun(values: Values, unfinished: UnfinishedRun): Promise<PlannedRun> {
  refuseChanges(values, values.resume ? '--resume' : '--from');
  if (values.resume && !unfinished.exists)
    throw new Error(`${values.out} holds no interrupted run; without --resume a new one begins there.`);
  const earlier = await readRunPlan(values.resume ? values.out : values.from!);
  const settings = withDecisions(earlier.settings, values);
  const plan = { ...earlier, settings, ...(values.model !== undefined && { model: values.model }) };
  return { plan, model: await openModel(plan) };
}

/** Tells what happens; returns the finished run. */
async function follow(
  run: AsyncGenerator<SpecializeEvent<Adapter, TrainingEvent>, SpecializationState<Adapter>>,
  output: Output,
  totals: WritingTotals,
  note: (event: SpecializeEvent<Adapter, TrainingEvent>) => Promise<void>,
): Promise<SpecializationState<Adapter>> {
  const start = performance.now();
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value;
    await note(next.value);
    if (next.value.type === 'training' && next.value.event.type === 'smallerBatch')
      output.warn(describeShortage(next.value.event));
    const written = next.value.type === 'phaseFinished' ? totals.take() : null;
    const text = written ? `  ${describeWriting(written)}` : describe(next.value);
    if (text !== null)
      output.progress(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  }
}

function describe(event: SpecializeEvent<Adapter, TrainingEvent>): string | null {
  switch (event.type) {
    case 'phaseStarted':
      return `${event.phase.stage}${event.phase.model ? ` (${event.phase.model})` : ''}`;
    case 'taskGenerated':
      return `  + ${event.task.instruction}`;
    case 'taskRejected':
      return `  − ${event.id}: ${event.rejection.rule} (${event.rejection.reason})`;
    case 'taskRescued':
      return `  + ${event.id}: kept by decision`;
    case 'taskDiscarded':
      return `  − ${event.id}: left out by decision`;
    case 'coverageMeasured':
      return `  ${describeCoverage(event.map)}`;
    case 'rolledBack':
      return `  ${event.reason}`;
    case 'training':
      return describeTraining(event.event);
    case 'evaluated':
      return `  ${event.model}: F1 ${(100 * event.evaluation.heldOut.overall.f1).toFixed(1)}`;
    default:
      return null;
  }
}

function describeTraining(event: TrainingEvent): string | null {
  if (event.type === 'planned') return `  ${describePlan(event)}`;
  if (event.type === 'skippedStep') return `  ${describeSkip(event)}`;
  return event.type === 'step' ? `  step ${event.step}  loss ${event.loss.toFixed(4)}` : null;
}
