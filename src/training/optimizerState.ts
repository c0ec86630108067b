import type { Device, DeviceTensor, Feeds, Session } from '../runtime/device.ts';
import { discard, discardArray } from '../runtime/discard.ts';
import { adamW } from './adamw.ts';

/** What an optimizer step changes, each a flat float32 vector. */
export interface OptimizerVectors {
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

export interface StepSettings {
  /** Number of this step, counted from 1 over the whole run. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Gradient norm above which the gradient is scaled down; 0 switches clipping off. */
  readonly maxGradNorm: number;
}

/** Outputs that the optimizer's session should leave on the device. */
export const optimizerKeeps = ['parameters_out', 'first_moment_out', 'second_moment_out'] as const;

/** A norm that no gradient has, standing in for "no clipping" (shaders need not support infinity). */
const noClipping = 1e30;

/** Parameters and moments on a device. It owns its tensors: they live until `dispose`, or until a step replaces them. */
export class OptimizerState {
  readonly #device: Device;
  readonly #session: Session;
  /** Gradient that accumulation starts from. */
  readonly zeroGradient: DeviceTensor;
  #tensors: readonly [parameters: DeviceTensor, firstMoment: DeviceTensor, secondMoment: DeviceTensor];

  constructor(device: Device, session: Session, start: OptimizerVectors) {
    this.#device = device;
    this.#session = session;
    const zeros = new Float32Array(start.parameters.length);
    const vectors = [zeros, start.parameters, start.firstMoment, start.secondMoment];
    const [zeroGradient, ...tensors] = uploadAll(device, vectors) as [DeviceTensor, ...DeviceTensor[]];
    this.zeroGradient = zeroGradient;
    this.#tensors = tensors as [DeviceTensor, DeviceTensor, DeviceTensor];
    discardArray(zeros);
  }

  /** The current parameters, to be fed; they belong to this object. */
  get parameters(): DeviceTensor {
    return this.#tensors[0];
  }

  /**
   * Applies one AdamW step, unless the gradient is not finite; returns the gradient's norm before clipping. `gradient`
   * stays the caller's.
   */
  async step(gradient: DeviceTensor, settings: StepSettings): Promise<number> {
    const [parameters, firstMoment, secondMoment] = this.#tensors;
    const state = { parameters, first_moment: firstMoment, second_moment: secondMoment, gradient };
    const outputs = await this.#session.run({ ...state, ...scalarFeeds(this.#device, settings) });
    const old = this.#tensors;
    this.#tensors = [outputs['parameters_out']!, outputs['first_moment_out']!, outputs['second_moment_out']!];
    const updated = this.#tensors;
    const gradNorm = await takeScalar(this.#device, outputs['grad_norm']!).catch((error: unknown) => {
      old.forEach(discard);
      throw error;
    });
    if (!Number.isFinite(gradNorm)) this.#tensors = old;
    (this.#tensors === old ? updated : old).forEach(discard);
    return gradNorm;
  }

  /** Copies parameters and moments out. */
  async download(): Promise<OptimizerVectors> {
    const [parameters, firstMoment, secondMoment] = await Promise.all(
      this.#tensors.map(async (tensor) => (await this.#device.download(tensor)) as Float32Array),
    );
    return {
      parameters: parameters!.slice(),
      firstMoment: firstMoment!.slice(),
      secondMoment: secondMoment!.slice(),
    };
  }

  dispose(): void {
    [this.zeroGradient, ...this.#tensors].forEach(discard);
  }
}

/** What the optimizer's graph is fed of the settings, in ordinary memory. */
export function scalarFeeds(
  device: Device,
  { step, learningRate, weightDecay, maxGradNorm }: StepSettings,
): Feeds {
  const scalar = (value: number) => device.hostTensor(Float32Array.of(value), [1]);
  return {
    learning_rate: scalar(learningRate),
    bias_correction1: scalar(1 - adamW.beta1 ** step),
    bias_correction2: scalar(1 - adamW.beta2 ** step),
    weight_decay: scalar(weightDecay),
    max_grad_norm: scalar(maxGradNorm > 0 ? maxGradNorm : noClipping),
  };
}

/** Uploads all vectors or none. */
function uploadAll(device: Device, vectors: readonly Float32Array[]): DeviceTensor[] {
  const tensors: DeviceTensor[] = [];
  try {
    for (const vector of vectors) tensors.push(device.upload(vector, [vector.length], 'float32'));
    return tensors;
  } catch (error) {
    for (const tensor of tensors) tensor.dispose();
    throw error;
  }
}

/** Reads a one-element tensor and disposes it. */
export async function takeScalar(device: Device, tensor: DeviceTensor): Promise<number> {
  try {
    return Number((await device.download(tensor))[0]);
  } finally {
    tensor.dispose();
  }
}
