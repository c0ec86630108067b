import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  faithfulAdapter,
  pocketAdapter,
  smallModelAdapter,
  type AdapterSettings,
} from '../engine/adapterSettings.ts';
import { ModelSession } from '../engine/modelSession.ts';
import { promptsFor, specializeModel } from '../engine/specializeModel.ts';
import type { Adapter } from '../lora/adapter.ts';
import type { Domain } from '../specialize/domain.ts';
import type { SpecializeEvent } from '../specialize/events.ts';
import { readDomain } from '../specialize/readDomain.ts';
import { renderReport } from '../specialize/renderReport.ts';
import type { SourceDocument } from '../specialize/retrieve.ts';
import { resolveSettings, settingsPresets } from '../specialize/settings.ts';
import type { SpecializationState } from '../specialize/state.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import { activationOptions, describeSkip, parseActivations } from './activations.ts';
import type { Command } from './command.ts';
import { describeShortage } from './describeShortage.ts';
import { makeOutFolder, parseInputFile, readInputFile } from './files.ts';
import { describePlan } from './memoryLine.ts';
import { openDevice, openModel, provenanceOf } from './openModel.ts';
import { commonOptions, helpOf, readOptions, type OptionValues } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { writeRun } from './runFolder.ts';

const options = {
  ...commonOptions,
  domain: {
    kind: 'text',
    isRequired: true,
    help: 'domain file (.json or .md): seed tasks, held-out tasks, documents',
  },
  documents: {
    kind: 'text',
    help: 'text or Markdown file, or folder of such, besides those that the domain names',
  },
  out: { kind: 'text', isRequired: true, help: 'folder for every artefact of the run' },
  preset: { kind: 'text', help: 'faithful, small or pocket (default: what suits the model)' },
  rounds: { kind: 'count', help: 'times the tasks are answered and the base trained anew' },
  tasks: { kind: 'count', help: 'tasks to keep' },
  epochs: { kind: 'number', help: 'passes over the training rows' },
  lr: { kind: 'number', help: 'peak learning rate' },
  rank: { kind: 'count', help: 'LoRA rank' },
  alpha: { kind: 'number', help: 'LoRA alpha' },
  'memory-budget': { kind: 'count', help: 'MB that training may take (default 4000, as a guess)' },
  ...activationOptions,
  'no-retrieval': { kind: 'flag', help: 'answer without passages of the documents' },
  'seeds-only': { kind: 'flag', help: 'also train on the seeds alone, as a control' },
} as const;

type Values = OptionValues<typeof options>;

const adapterPresets = { faithful: faithfulAdapter, small: smallModelAdapter, pocket: pocketAdapter };

export const specializeCommand: Command = {
  summary: 'the whole method: write tasks, answer, filter, train, evaluate',
  help: helpOf('specialize', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const domain = await parseInputFile(values.domain, readDomain);
    await makeOutFolder(values.out);
    const documents = await readDocuments(values, domain);
    const model = await openModel(values);
    const device = await openDevice(values);
    const preset = presetName(values.preset ?? (promptsFor(model).name === 'pocket' ? 'pocket' : 'small'));
    const settings = resolveSettings(given(settingOptions(values)), settingsPresets[preset]);
    const adapter: AdapterSettings = { ...adapterPresets[preset], ...given(adapterOptions(values)) };
    const run = specializeModel(new ModelSession(model, device), { domain, documents, settings, adapter });
    const state = await follow(run, output);
    const provenance = provenanceOf(model);
    const configuration = {
      model: values.model,
      dtype: values.dtype,
      trainedOn: provenance.trainedOn,
      device: values.device,
      settings,
      adapter,
      domain: domain.name,
    };
    await writeRun(values.out, { state, domain, configuration, provenance });
    output.result({ type: 'report', ...state.report! }, renderReport(state.report!));
    await device.dispose();
  },
};

function presetName(name: string): keyof typeof settingsPresets {
  if (Object.hasOwn(settingsPresets, name)) return name as keyof typeof settingsPresets;
  throw new Error(`--preset takes ${Object.keys(settingsPresets).join(', ')}, not ${name}.`);
}

const settingOptions = (values: Values) => ({
  seed: values.seed,
  rounds: values.rounds,
  tasks: values.tasks,
  retrieve: values['no-retrieval'] ? false : undefined,
  seedsOnly: values['seeds-only'] ? true : undefined,
});

const adapterOptions = ({ epochs, lr, rank, alpha, activations, 'memory-budget': budget }: Values) => ({
  epochs,
  learningRate: lr,
  rank,
  alpha,
  memoryBudget: budget === undefined ? undefined : budget * 1e6,
  activations: parseActivations(activations),
});

/** What was given on the command line; the rest stays the preset's. */
function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** The domain's own documents (relative to its file) and those of --documents. */
async function readDocuments({ domain: path, documents }: Values, domain: Domain): Promise<SourceDocument[]> {
  const own = domain.documents.map((name) => join(dirname(path), name));
  const further = documents === undefined ? [] : await filesIn(documents);
  return Promise.all(
    [...own, ...further].map(async (file) => ({
      id: relative(dirname(path), file),
      text: await readInputFile(file),
    })),
  );
}

async function filesIn(path: string): Promise<string[]> {
  if (!existsSync(path)) throw new Error(`There is no file or folder ${path}; --documents takes one.`);
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(md|txt)$/i.test(name)).sort();
  if (names.length === 0) throw new Error(`${path} holds no .md or .txt file.`);
  return names.map((name) => join(path, name));
}

/** Tells what happens; returns the finished run. */
async function follow(
  run: AsyncGenerator<SpecializeEvent<Adapter, TrainingEvent>, SpecializationState<Adapter>>,
  output: Output,
): Promise<SpecializationState<Adapter>> {
  const start = performance.now();
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value;
    if (next.value.type === 'training' && next.value.event.type === 'smallerBatch')
      output.warn(describeShortage(next.value.event));
    const text = describe(next.value);
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
