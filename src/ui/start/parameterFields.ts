import type { ActivationSetting, ControlName, RunParameters } from '../../workerApi/runParameters.ts';

type NumberName = {
  [K in keyof RunParameters]-?: Exclude<RunParameters[K], undefined> extends number ? K : never;
}[keyof RunParameters];

export interface ParameterField {
  readonly name: NumberName;
  readonly label: string;
  /** One line that says what it does and which way to turn it. */
  readonly help: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface ParameterGroup {
  readonly title: string;
  readonly fields: readonly ParameterField[];
}

/** What training computes in; a select beside the numbers. */
export const activationChoices: readonly { readonly value: ActivationSetting; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'float32', label: '32 bits (float32)' },
  { value: 'float16', label: '16 bits (float16)' },
];

export const activationHelp =
  'Automatic takes 16 bits where graphics card and model have them and a test row comes out the same; 16 bits take less memory.';

/** What "Advanced" offers, in its order. */
export const parameterGroups: readonly ParameterGroup[] = [
  {
    title: 'Writing tasks',
    fields: [
      {
        name: 'tasks',
        label: 'Tasks',
        help: 'How many tasks to write. More teach more and take longer.',
        min: 4,
        max: 5000,
        step: 10,
      },
      {
        name: 'rounds',
        label: 'Rounds',
        help: 'A second round lets the specialist answer the tasks again.',
        min: 1,
        max: 3,
        step: 1,
      },
      {
        name: 'temperature',
        label: 'Temperature',
        help: 'Higher is more varied and more often wrong.',
        min: 0,
        max: 2,
        step: 0.1,
      },
      {
        name: 'topP',
        label: 'Top-p',
        help: 'Leaves the unlikeliest words out. 1 leaves none out.',
        min: 0.05,
        max: 1,
        step: 0.01,
      },
      {
        name: 'maxSimilarity',
        label: 'Similarity limit',
        help: 'Tasks more alike than this (ROUGE-L) are rejected.',
        min: 0.1,
        max: 1,
        step: 0.05,
      },
    ],
  },
  {
    title: 'Training',
    fields: [
      {
        name: 'epochs',
        label: 'Passes',
        help: 'How often each task is seen. Too many learn by heart.',
        min: 1,
        max: 20,
        step: 1,
      },
      {
        name: 'learningRate',
        label: 'Learning rate',
        help: 'Size of each step. Too large makes the loss jump.',
        min: 0.00001,
        max: 0.1,
        step: 0.0001,
      },
      {
        name: 'batchSize',
        label: 'Batch size',
        help: 'Tasks per step. Larger is steadier and needs more memory.',
        min: 1,
        max: 64,
        step: 1,
      },
      {
        name: 'rank',
        label: 'Adapter rank',
        help: 'Room in the adapter. 8 is plenty for a small model.',
        min: 1,
        max: 128,
        step: 1,
      },
      {
        name: 'alpha',
        label: 'Adapter alpha',
        help: 'Strength of the adapter; twice the rank is usual.',
        min: 1,
        max: 512,
        step: 1,
      },
      {
        name: 'maxLength',
        label: 'Longest row',
        help: 'Tokens per training row; longer ones are cut.',
        min: 16,
        max: 4096,
        step: 16,
      },
    ],
  },
  {
    title: 'Testing',
    fields: [
      {
        name: 'fewShot',
        label: 'Examples shown',
        help: 'A second test shows so many answered examples before each task; 0 leaves it out.',
        min: 0,
        max: 8,
        step: 1,
      },
    ],
  },
  {
    title: 'Repeatability',
    fields: [
      {
        name: 'seed',
        label: 'Random seed',
        help: 'The same seed and settings give the same run.',
        min: 0,
        max: 2147483647,
        step: 1,
      },
    ],
  },
];

/** A control with the question that it answers. */
export interface ControlChoice {
  readonly name: ControlName;
  readonly label: string;
  readonly help: string;
}

const controlHelp: Readonly<Record<ControlName, readonly [label: string, help: string]>> = {
  seedsOnly: ['Your examples only', 'Do the written tasks add anything?'],
  unfiltered: ['Without filters', 'Do the filters help? As many tasks, whatever the rules said.'],
  noRetrieval: ['Without documents', 'Do your texts help? The same tasks, answered without a passage.'],
  randomLabels: [
    'Shuffled answers',
    'Is it knowledge or only the form? The same tasks, each with the answer of another.',
  ],
  eighth: ['An eighth of the data', 'How much data does it take?'],
  quarter: ['A quarter of the data', 'How much data does it take?'],
  half: ['Half of the data', 'How much data does it take?'],
};

export const controlChoices: readonly ControlChoice[] = Object.entries(controlHelp).map(
  ([name, [label, help]]) => ({ name: name as ControlName, label, help }),
);

/** In the order in which they are offered, which is that of their trainings. */
export function withControls(parameters: RunParameters, names: readonly string[]): RunParameters {
  const { seedsOnly: _earlier, ...rest } = parameters;
  const chosen = controlChoices.map(({ name }) => name).filter((name) => names.includes(name));
  return { ...rest, controls: chosen };
}
