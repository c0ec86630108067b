import type { RunParameters } from '../../workerApi/runParameters.ts';

export type PresetId = 'quick' | 'balanced' | 'thorough';

export interface Preset {
  readonly id: PresetId;
  readonly title: string;
  readonly text: string;
  /** From what suits the model. */
  readonly parameters: (defaults: RunParameters) => RunParameters;
}

export const presets: readonly Preset[] = [
  {
    id: 'quick',
    title: 'Quick look',
    text: 'Few tasks, a short training. Enough to see how it goes.',
    parameters: (defaults) => ({
      ...defaults,
      tasks: Math.ceil(defaults.tasks / 5),
      epochs: Math.ceil(defaults.epochs / 2),
    }),
  },
  {
    id: 'balanced',
    title: 'Balanced',
    text: 'Enough for a result that you can trust. A good default.',
    parameters: (defaults) => defaults,
  },
  {
    id: 'thorough',
    title: 'Thorough',
    text: 'Twice the tasks, and a second round taught by the first.',
    parameters: (defaults) => ({ ...defaults, tasks: defaults.tasks * 2, rounds: 2 }),
  },
];

/** The preset that gives exactly these parameters, the random seed apart. */
export function presetOf(parameters: RunParameters, defaults: RunParameters): PresetId | null {
  const keys = (Object.keys(defaults) as (keyof RunParameters)[]).filter((key) => key !== 'seed');
  const isSame = (preset: Preset): boolean => {
    const expected = preset.parameters(defaults);
    return keys.every((key) => JSON.stringify(expected[key]) === JSON.stringify(parameters[key]));
  };
  return presets.find(isSame)?.id ?? null;
}
