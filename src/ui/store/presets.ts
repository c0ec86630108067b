import type { RunParameters } from '../../workerApi/runParameters.ts';

export type PresetId = 'quick' | 'balanced' | 'thorough';

export interface Preset {
  readonly id: PresetId;
  readonly title: string;
  readonly text: string;
  readonly parameters: RunParameters;
}

const balanced: RunParameters = {
  tasks: 200,
  rounds: 1,
  temperature: 0.9,
  topP: 0.95,
  maxSimilarity: 0.8,
  rank: 8,
  alpha: 16,
  learningRate: 1e-3,
  epochs: 3,
  batchSize: 8,
  maxLength: 128,
  seedsOnly: true,
  seed: 1,
};

export const presets: readonly Preset[] = [
  {
    id: 'quick',
    title: 'Quick look',
    text: 'A few dozen tasks, one short training. Enough to see how it goes.',
    parameters: { ...balanced, tasks: 60, epochs: 2 },
  },
  {
    id: 'balanced',
    title: 'Balanced',
    text: 'Enough tasks for a result that you can trust. A good default.',
    parameters: balanced,
  },
  {
    id: 'thorough',
    title: 'Thorough',
    text: 'Several times the tasks, and a second round taught by the first.',
    parameters: { ...balanced, tasks: 500, rounds: 2 },
  },
];

/** The preset that has exactly these parameters, the random seed apart. */
export function presetOf(parameters: RunParameters): PresetId | null {
  const keys = Object.keys(balanced).filter((key) => key !== 'seed') as (keyof RunParameters)[];
  return (
    presets.find((preset) => keys.every((key) => preset.parameters[key] === parameters[key]))?.id ?? null
  );
}

export function parametersOf(id: PresetId): RunParameters {
  return presets.find((preset) => preset.id === id)!.parameters;
}
