import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedModel } from '../engine/loadModel.ts';
import { trainAdapter } from '../engine/trainAdapter.ts';
import { createRandom } from '../random.ts';
import { targetModulesOf, type Adapter } from '../lora/adapter.ts';
import { parseTrainingRows } from '../text/rows.ts';
import { tokenizeRow } from '../text/tokenize.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../training/checkpoint.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { Schedule } from '../training/schedule.ts';
import { TrainingControl } from '../training/control.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import { activationOptions, describeSkip, parseActivations } from './activations.ts';
import { readAdapter, saveAdapter } from './adapterFolder.ts';
import type { Command } from './command.ts';
import { describeShortage } from './describeShortage.ts';
import { makeOutFolder, parseInputFile } from './files.ts';
import { describePlan, memoryOptions } from './memoryLine.ts';
import { openDevice, openModel, provenanceOf } from './openModel.ts';
import { commonOptions, helpOf, readOptions, type OptionValues } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { parseTargetModules } from './targetModules.ts';
import { logStep, startLog } from './trainingLog.ts';

const options = {
  ...commonOptions,
  data: { kind: 'text', isRequired: true, help: 'JSONL rows: prompt and completion, messages, or Alpaca' },
  'eval-data': { kind: 'text', help: 'JSONL rows whose loss is reported before, during and after' },
  out: { kind: 'text', isRequired: true, help: 'folder for adapter, log and checkpoint' },
  'init-adapter': { kind: 'text', help: 'folder of the adapter to start from' },
  resume: { kind: 'flag', help: 'continue from the checkpoint in --out' },
  rank: { kind: 'count', help: 'LoRA rank (default 8; --init-adapter brings its own)' },
  alpha: { kind: 'number', help: 'LoRA alpha; the adapter counts alpha / rank (default 16)' },
  'target-modules': {
    kind: 'text',
    help: 'all-linear, or names such as q_proj,v_proj (default all-linear)',
  },
  lr: { kind: 'number', default: 3e-4, help: 'peak learning rate' },
  schedule: { kind: 'text', default: 'linear', help: 'constant, linear or cosine' },
  'warmup-steps': { kind: 'number', default: 0, help: 'steps until the peak rate' },
  steps: { kind: 'count', help: 'optimizer steps; or give --epochs' },
  epochs: { kind: 'number', help: 'passes over the data (default 3 where --steps is not given)' },
  ...memoryOptions,
  ...activationOptions,
  'gradient-accumulation-steps': { kind: 'count', default: 1, help: 'microsteps per optimizer step' },
  'weight-decay': { kind: 'number', default: 0, help: 'decoupled' },
  'max-grad-norm': {
    kind: 'number',
    default: 1,
    help: 'gradients are scaled down to this norm; 0 for never',
  },
  'checkpoint-every': { kind: 'count', default: 50, help: 'steps between checkpoints' },
  'no-shuffle': { kind: 'flag', help: 'rows in file order, wrapping around' },
} as const;

type Values = OptionValues<typeof options>;

export const trainCommand: Command = {
  summary: 'trains a LoRA adapter on rows of a file',
  help: helpOf('train', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const settings = trainingOptions(values);
    const activations = parseActivations(values.activations);
    await makeOutFolder(values.out);
    const model = await openModel(values);
    const readRows = async (path: string) =>
      (await parseInputFile(path, parseTrainingRows)).map((row) => tokenizeRow(row, model.tokenizer));
    const rows = await readRows(values.data);
    const evaluationRows = values['eval-data'] === undefined ? [] : await readRows(values['eval-data']);
    const device = await openDevice(values);
    const resumeFrom = await readCheckpoint(values);
    const random = createRandom(values.seed, 'adapter');
    const control = new TrainingControl();
    const training = trainAdapter({
      model,
      device,
      rows,
      evaluationRows,
      ...(await startingPoint(values, model)),
      batchSize: values['batch-size'],
      maxLength: values['max-length'],
      memoryBudget: values['memory-budget'] * 1e6,
      activations,
      options: settings,
      random: () => random.next(),
      control,
      ...(resumeFrom && { resumeFrom }),
    });
    const adapter = await interruptible(control, output, () => follow(training, values.out, output));
    await saveAdapter(values.out, adapter, provenanceOf(model));
    await device.dispose();
  },
};

/** The adapter's shape, and its parameters where it does not start fresh: then its shape is the given adapter's. */
async function startingPoint(values: Values, { decoder }: LoadedModel) {
  const { 'init-adapter': folder, rank, alpha, 'target-modules': modules } = values;
  if (folder === undefined) {
    const targetModules = parseTargetModules(modules ?? 'all-linear');
    return { lora: { rank: rank ?? 8, alpha: alpha ?? 16, targetModules } };
  }
  const { config, layout, parameters } = await readAdapter(folder, decoder);
  if (
    (rank ?? config.rank) !== config.rank ||
    (alpha ?? config.alpha) !== config.alpha ||
    modules !== undefined
  )
    throw new Error(
      `The adapter in ${folder} has rank ${config.rank} and alpha ${config.alpha} on its own modules; leave --rank, --alpha and --target-modules out.`,
    );
  return { lora: { ...config, targetModules: targetModulesOf(layout) }, initial: parameters };
}

/** Lets the first Ctrl-C end the run after its step, with a checkpoint; a second one ends the process. */
async function interruptible<T>(control: TrainingControl, output: Output, run: () => Promise<T>): Promise<T> {
  const stop = () => {
    output.progress('Stopping after this step; --resume continues from there.');
    control.stop();
  };
  process.once('SIGINT', stop);
  try {
    return await run();
  } finally {
    process.off('SIGINT', stop);
  }
}

const checkpointFile = (out: string) => join(out, 'checkpoint.bin');

async function readCheckpoint({ resume, out }: Values) {
  if (!resume) return null;
  if (!existsSync(checkpointFile(out)))
    throw new Error(`${out} has no checkpoint.bin to resume from; leave --resume out.`);
  return decodeCheckpoint(new Uint8Array(await readFile(checkpointFile(out))));
}

const schedules: readonly Schedule[] = ['constant', 'linear', 'cosine'];

function trainingOptions(values: Values): TrainingOptions {
  const schedule = schedules.find((name) => name === values.schedule);
  if (!schedule) throw new Error(`--schedule takes ${schedules.join(', ')}, not ${values.schedule}.`);
  if (values.steps !== undefined && values.epochs !== undefined)
    throw new Error('Give --steps or --epochs, not both.');
  return {
    duration: values.steps === undefined ? { epochs: values.epochs ?? 3 } : { steps: values.steps },
    learningRate: values.lr,
    schedule,
    warmupSteps: values['warmup-steps'],
    gradientAccumulationSteps: values['gradient-accumulation-steps'],
    weightDecay: values['weight-decay'],
    maxGradNorm: values['max-grad-norm'],
    seed: values.seed,
    shuffle: !values['no-shuffle'],
    checkpointEvery: values['checkpoint-every'],
    evaluateEvery: values['checkpoint-every'],
  };
}

/** Writes log and checkpoints while the training goes on; returns its adapter. */
async function follow(
  training: AsyncGenerator<TrainingEvent, Adapter>,
  out: string,
  output: Output,
): Promise<Adapter> {
  let plan: string | null = null;
  let hasStarted = false;
  for (;;) {
    const next = await training.next();
    if (next.done) return next.value;
    const event = next.value;
    if (event.type === 'planned') plan = describePlan(event);
    if (event.type === 'started') {
      hasStarted = true;
      await startLog(out, event.step);
    }
    // Not before: settings that the run refuses are told in one line.
    if (hasStarted && plan !== null) {
      output.progress(plan);
      plan = null;
    }
    if (event.type === 'skippedStep') output.progress(describeSkip(event));
    if (event.type === 'step') await logStep(event, out, output);
    if (event.type === 'evaluation')
      output.result(
        { step: event.step, eval_loss: event.loss },
        `step ${event.step}: evaluation loss ${event.loss.toFixed(4)}`,
      );
    if (event.type === 'smallerBatch') output.warn(describeShortage(event));
    if (event.type === 'checkpoint') {
      const path = checkpointFile(out);
      await writeFile(`${path}.new`, encodeCheckpoint(event.checkpoint));
      await rename(`${path}.new`, path);
    }
  }
}
