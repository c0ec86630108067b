import { activationSettings, type ActivationSetting } from '../engine/chooseActivations.ts';
import type { SkippedStepEvent } from '../training/trainingEvents.ts';
import type { OptionTable } from './options.ts';

/** What activations are computed in, under the same name for all commands that train. */
export const activationOptions = {
  activations: {
    kind: 'text',
    default: 'auto',
    help: 'float32, float16, or auto: half precision where device and model have it and it agrees with float32',
  },
} as const satisfies OptionTable;

/** @throws listing what there is */
export function parseActivations(text: string): ActivationSetting {
  const setting = activationSettings.find((known) => known === text);
  if (setting) return setting;
  throw new Error(`--activations takes ${activationSettings.join(', ')}, not ${text || 'nothing'}.`);
}

/** What is told of a step whose gradients half precision could not hold. */
export function describeSkip({ step, lossScale }: SkippedStepEvent): string {
  return `step ${step} overflowed half precision: nothing was changed, and it is tried again with the loss scaled by ${lossScale}`;
}
