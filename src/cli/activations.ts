import type { Precision } from '../autodiff/precisions.ts';
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

/** `parseActivations` where there is no device whose choice it could be. @throws listing what there is */
export function parsePrecision(text: string): Precision {
  if (text === 'float16' || text === 'float32') return text;
  throw new Error(`--activations takes float32 or float16 here, not ${text || 'nothing'}.`);
}

/** What is told of a step whose gradients half precision could not hold. */
export function describeSkip({ step, lossScale }: SkippedStepEvent): string {
  return `step ${step} overflowed half precision: nothing was changed, and it is tried again with the loss scaled by ${lossScale}`;
}
