import type { DecoderModel } from '../compileTrainingModel.ts';
import { sizeOf } from '../graph/graph.ts';
import type { ElementType } from '../graph/model.ts';
import type { TrainingCheckpoint } from '../training/checkpoint.ts';
import type { ChosenActivations } from '../training/trainingEvents.ts';
import { compilePrograms, type AdapterPrograms, type ProgramRequest } from './adapterPrograms.ts';
import { checkHalfPrecision, type CheckRequest } from './halfPrecisionCheck.ts';

/** `'auto'`: half precision where device and model have it and a check against float32 is passed. */
export const activationSettings = ['auto', 'float32', 'float16'] as const;
export type ActivationSetting = (typeof activationSettings)[number];

export interface ActivationRequest
  extends Omit<ProgramRequest, 'activations' | 'model' | 'device'>, CheckRequest {
  /** Default: `'auto'`. */
  readonly activations?: ActivationSetting;
  readonly resumeFrom?: TrainingCheckpoint;
}

/** Programs, and the request that they were compiled for. */
export interface ChosenPrograms {
  readonly compiled: AdapterPrograms;
  readonly request: ProgramRequest;
}

/**
 * Compiles for what activations are computed in on this device: float32, or half precision where that was asked for or,
 * by itself, where the device has kernels for it, the model is stored in it, and a row gives nearly the same loss and
 * gradient in both. A run that is resumed goes on in what it began with. Weights that are streamed are always trained
 * through float32, as is all on a GPU that fails to compute halves; where they were asked for, the plan says so.
 */
export async function compileChosen(request: ActivationRequest): Promise<ChosenPrograms> {
  const inHalf = mayBeHalf(request) ? compileIn(request, 'float16') : null;
  if (!inHalf) return compileIn(request, 'float32');
  if (inHalf.compiled.plan.streaming) {
    const inFloat = compileIn(request, 'float32');
    return request.activations === 'float16'
      ? told(inFloat, { precision: 'float32', note: streamed })
      : inFloat;
  }
  const activations = await judge(request);
  return told(activations.precision === 'float16' ? inHalf : compileIn(request, 'float32'), activations);
}

const streamed = 'Activations are computed in float32, as always where weights are streamed.';

const told = ({ compiled, request }: ChosenPrograms, activations: ChosenActivations): ChosenPrograms => ({
  compiled: { ...compiled, plan: { ...compiled.plan, activations } },
  request,
});

function compileIn(request: ActivationRequest, activations: 'float16' | 'float32'): ChosenPrograms {
  const compiledFor = { ...request, activations };
  return { compiled: compilePrograms(compiledFor), request: compiledFor };
}

function mayBeHalf({ activations = 'auto', device, model, resumeFrom }: ActivationRequest): boolean {
  if (activations !== 'auto') return activations === 'float16';
  const isGoingOn = !resumeFrom || isHalf(resumeFrom);
  return device.computesInHalf && isStoredInHalf(model.decoder) && isGoingOn;
}

const isHalf = ({ config }: TrainingCheckpoint) => config['activations'] === 'float16';

/** Whether half precision, which may be taken, is; and why. */
async function judge(request: ActivationRequest): Promise<ChosenActivations> {
  const { activations, device, resumeFrom } = request;
  const inHalf = (why: string): ChosenActivations => ({
    precision: 'float16',
    note: `Activations are computed in half precision${why}.`,
  });
  const isAsked = activations === 'float16';
  // A GPU may lack the kernels, and under Node does not say so.
  if (isAsked && (device.computesInHalf || device.provider !== 'webgpu')) return inHalf(', as was asked for');
  if (resumeFrom && !isAsked) return inHalf(', as before');
  const { isComputed, isPassed, found } = await checkHalfPrecision(request);
  if (isAsked && isComputed) return inHalf(', as was asked for');
  if (isPassed) return inHalf(`: ${found}`);
  return { precision: 'float32', note: `Activations are computed in float32: ${found}.` };
}

/** Whether most of a model's floating-point weights, scales of quantized ones included, are stored in half precision. */
export function isStoredInHalf({ decoder, embedding }: DecoderModel): boolean {
  const models = embedding ? [decoder, embedding.model] : [decoder];
  const weights = models.flatMap(({ graph }) => graph.initializers);
  const count = (type: ElementType) =>
    weights.reduce((sum, { elementType, dims }) => sum + (elementType === type ? sizeOf(dims) : 0), 0);
  return count('float16') > count('float32');
}
