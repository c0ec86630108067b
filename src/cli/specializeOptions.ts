import {
  faithfulAdapter,
  pocketAdapter,
  smallModelAdapter,
  type AdapterSettings,
} from '../engine/adapterSettings.ts';
import { controlNames, type ControlName } from '../specialize/controlNames.ts';
import { readDomain } from '../specialize/readDomain.ts';
import { settingsPresets } from '../specialize/presets.ts';
import { resolveSettings } from '../specialize/resolveSettings.ts';
import type { SpecializeSettings } from '../specialize/settings.ts';
import { activationOptions, parseActivations } from './activations.ts';
import { readDocuments } from './documents.ts';
import { parseInputFile } from './files.ts';
import { commonOptions, type OptionValues } from './options.ts';
import type { RunPlan } from '../engine/runPlan.ts';

const { model, dtype, device, seed, ...common } = commonOptions;

export const specializeOptions = {
  model: { kind: 'text', help: `${model.help}; required without --from` },
  domain: {
    kind: 'text',
    help: 'domain file (.json or .md): seed tasks, held-out tasks, documents; required without --from',
  },
  documents: {
    kind: 'texts',
    help: 'text, Markdown, HTML, PDF or Word file, or folder of such, besides those that the domain names; may be given several times',
  },
  out: { kind: 'text', isRequired: true, help: 'folder for every artefact of the run' },
  from: { kind: 'text', help: 'folder of an earlier run, which is repeated as it was' },
  resume: { kind: 'flag', help: 'go on with the run in --out that was interrupted' },
  preset: { kind: 'text', help: 'faithful, small or pocket (default: what suits the model)' },
  settings: {
    kind: 'text',
    help: 'JSON file {"settings": {…}, "adapter": {…}} that changes any value of the preset',
  },
  rounds: { kind: 'count', help: 'times the tasks are answered and the base trained anew' },
  tasks: { kind: 'count', help: 'tasks to keep' },
  epochs: { kind: 'number', help: 'passes over the training rows' },
  lr: { kind: 'number', help: 'peak learning rate' },
  rank: { kind: 'count', help: 'LoRA rank' },
  alpha: { kind: 'number', help: 'LoRA alpha' },
  'memory-budget': { kind: 'count', help: 'MB that training may take (default 4000, as a guess)' },
  activations: { kind: 'text', help: `${activationOptions.activations.help} (default auto)` },
  rescue: {
    kind: 'text',
    help: 'ids of tasks, with commas, to keep although a rule rejects them; also with --from and --resume',
  },
  discard: { kind: 'text', help: 'ids of tasks to leave out although no rule rejects them; likewise' },
  coverage: {
    kind: 'flag',
    help: 'write the second half of the tasks about what the first leaves out of the documents; draws coverage.svg',
  },
  'no-retrieval': { kind: 'flag', help: 'answer without passages of the documents' },
  passages: { kind: 'count', help: 'passages shown when answering (default 1)' },
  'passage-tokens': { kind: 'count', help: 'longest passage, in tokens of the model' },
  'few-shot': { kind: 'count', help: 'answered seeds to show in a second test of the held-out tasks' },
  controls: {
    kind: 'text',
    help: `adapters to train for comparison: all, or a list of ${controlNames.join(', ')}`,
  },
  dtype: { kind: 'text', help: `${dtype.help} (default ${dtype.default})` },
  device: { kind: 'text', help: `${device.help} (default ${device.default})` },
  seed: { kind: 'number', help: `${seed.help} (default ${seed.default})` },
  ...common,
} as const;

type Values = OptionValues<typeof specializeOptions>;

const adapterPresets = { faithful: faithfulAdapter, small: smallModelAdapter, pocket: pocketAdapter };

/** Options that go with `--from` and `--resume`, which take everything else from the run's folder. */
const alwaysAllowed: readonly string[] = [
  ...['model', 'out', 'from', 'resume', 'threads', 'json'],
  ...['rescue', 'discard'],
];

/** @throws where options are given that a run that is repeated or continued already has */
export function refuseChanges(values: Values, option: '--from' | '--resume'): void {
  const isGiven = (value: unknown) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  const given = Object.entries(values).filter(([, value]) => isGiven(value));
  const extra = given.find(([name]) => !alwaysAllowed.includes(name));
  if (extra) throw new Error(`${option} takes everything from the earlier run; leave out --${extra[0]}.`);
}

/** Which domain and documents a run is about. @throws where the domain is not named or cannot be read */
export async function readSubject(values: Values): Promise<Pick<RunPlan, 'domain' | 'documents'>> {
  if (values.domain === undefined) throw new Error(`--domain is missing: ${specializeOptions.domain.help}.`);
  const domain = await parseInputFile(values.domain, readDomain);
  return { domain, documents: await readDocuments(values.domain, domain, values.documents) };
}

/** The preset, with what the file of --settings and then the single options change. */
export async function readSettings(
  values: Values,
  suitable: keyof typeof settingsPresets,
): Promise<Pick<RunPlan, 'settings' | 'adapter'>> {
  const preset = presetName(values.preset ?? suitable);
  const changes = values.settings === undefined ? {} : await parseInputFile(values.settings, parseChanges);
  const settings = { ...changes.settings, ...given(settingOptions(values)) };
  return {
    settings: resolveSettings(settings, settingsPresets[preset]),
    adapter: { ...adapterPresets[preset], ...changes.adapter, ...given(adapterOptions(values)) },
  };
}

interface Changes {
  readonly settings?: Partial<SpecializeSettings>;
  readonly adapter?: Partial<AdapterSettings>;
}

function parseChanges(text: string): Changes {
  const changes = JSON.parse(text) as Changes;
  const unknown = Object.keys(changes).find((key) => key !== 'settings' && key !== 'adapter');
  if (unknown !== undefined)
    throw new Error(`There is no "${unknown}" to change; use "settings" and "adapter".`);
  const wrong = Object.keys(changes.adapter ?? {}).find((key) => !Object.hasOwn(adapterKeys, key));
  if (wrong !== undefined)
    throw new Error(
      `There is no adapter setting "${wrong}"; there are ${Object.keys(adapterKeys).join(', ')}.`,
    );
  return changes;
}

const adapterKeys = { ...faithfulAdapter, memoryBudget: 0, activations: 'auto' };

function presetName(name: string): keyof typeof settingsPresets {
  if (Object.hasOwn(settingsPresets, name)) return name as keyof typeof settingsPresets;
  throw new Error(`--preset takes ${Object.keys(settingsPresets).join(', ')}, not ${name}.`);
}

const settingOptions = (values: Values) => ({
  seed: values.seed,
  rounds: values.rounds,
  tasks: values.tasks,
  coverage: values.coverage ? true : undefined,
  retrieve: values['no-retrieval'] ? false : undefined,
  passages: values.passages,
  passageTokens: values['passage-tokens'],
  fewShot: values['few-shot'],
  controls: values.controls === undefined ? undefined : parseControls(values.controls),
  ...decisionOptions(values),
});

const decisionOptions = ({ rescue, discard }: Values) => ({
  rescue: rescue === undefined ? undefined : parseIds(rescue),
  discard: discard === undefined ? undefined : parseIds(discard),
});

const parseIds = (list: string): readonly string[] => list.split(',').map((id) => id.trim());

/** A stored run's settings with what a person decides on its tasks beside what they decided before. */
export function withDecisions(settings: SpecializeSettings, values: Values): SpecializeSettings {
  const { rescue = [], discard = [] } = decisionOptions(values);
  const undone = (ids: readonly string[], others: readonly string[]) =>
    ids.filter((id) => !others.includes(id));
  return {
    ...settings,
    rescue: [...undone(settings.rescue, [...discard, ...rescue]), ...rescue],
    discard: [...undone(settings.discard, [...rescue, ...discard]), ...discard],
  };
}

function parseControls(list: string): readonly ControlName[] {
  if (list === 'all') return controlNames;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(controlNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new Error(`--controls takes all, or a list of ${controlNames.join(', ')}, not "${unknown}".`);
  return names as ControlName[];
}

const adapterOptions = ({ epochs, lr, rank, alpha, activations, 'memory-budget': budget }: Values) => ({
  epochs,
  learningRate: lr,
  rank,
  alpha,
  memoryBudget: budget === undefined ? undefined : budget * 1e6,
  activations: activations === undefined ? undefined : parseActivations(activations),
});

/** What was given on the command line; the rest stays the preset's. */
function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
