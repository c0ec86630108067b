import type { Device, DeviceTensor, Feeds, Session } from '../runtime/device.ts';
import { RuntimeFailure } from '../runtime/failure.ts';
import { adamW } from './adamw.ts';

const vectors = ['parameters', 'first_moment', 'second_moment', 'gradient'] as const;
const scalars = [
  'learning_rate',
  'bias_correction1',
  'bias_correction2',
  'weight_decay',
  'max_grad_norm',
] as const;

type Vector = (typeof vectors)[number];
type Scalar = (typeof scalars)[number];

/**
 * The step of `buildAdamW` in one pass over vectors in ordinary memory, with its inputs and outputs. Fifteen kernels each
 * read and write all of them; where nothing has to be copied from a device first, a loop is several times faster. Between
 * load and store it computes in double precision.
 */
export class HostAdamW implements Session {
  readonly inputNames = [...vectors, ...scalars];
  readonly outputNames = ['parameters_out', 'first_moment_out', 'second_moment_out', 'grad_norm'];
  readonly inputMetadata = [];
  readonly outputMetadata = [];
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  async run(feeds: Feeds): Promise<Record<string, DeviceTensor>> {
    const read = async (name: string) => {
      const tensor = feeds[name];
      if (tensor) return (await this.#device.download(tensor)) as Float32Array;
      throw new RuntimeFailure('run-failed', `The optimizer lacks its input ${name}.`);
    };
    const state = await readAll(vectors, read);
    const settings = await readAll(scalars, async (name) => (await read(name))[0]!);
    const gradNorm = norm(state.gradient);
    const tensor = (data: Float32Array) => this.#device.hostTensor(data, [data.length]);
    const { parameters, firstMoment, secondMoment } = step(state, settings, gradNorm);
    return {
      parameters_out: tensor(parameters),
      first_moment_out: tensor(firstMoment),
      second_moment_out: tensor(secondMoment),
      grad_norm: tensor(Float32Array.of(gradNorm)),
    };
  }

  async dispose(): Promise<void> {}
}

async function readAll<Name extends string, Read>(
  names: readonly Name[],
  read: (name: Name) => Promise<Read>,
): Promise<Record<Name, Read>> {
  const entries = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
  return Object.fromEntries(entries) as Record<Name, Read>;
}

function norm(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return Math.sqrt(sum);
}

/** See `buildAdamW`. */
function step(state: Record<Vector, Float32Array>, settings: Record<Scalar, number>, gradNorm: number) {
  const { parameters, first_moment: m, second_moment: v, gradient } = state;
  const { learning_rate: rate, weight_decay: decay, max_grad_norm: maxGradNorm } = settings;
  const { beta1, beta2, epsilon } = adamW;
  const clip = Math.min(1, maxGradNorm / (gradNorm + 1e-6));
  const kept = 1 - rate * decay;
  const stepSize = rate / settings.bias_correction1;
  const correction2 = Math.sqrt(settings.bias_correction2);
  const size = parameters.length;
  const [nextP, nextM, nextV] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  for (let i = 0; i < size; i++) {
    const g = gradient[i]! * clip;
    const mi = beta1 * m[i]! + (1 - beta1) * g;
    const vi = beta2 * v[i]! + (1 - beta2) * g * g;
    nextM[i] = mi;
    nextV[i] = vi;
    nextP[i] = parameters[i]! * kept - (stepSize * mi) / (Math.sqrt(vi) / correction2 + epsilon);
  }
  return { parameters: nextP, firstMoment: nextM, secondMoment: nextV };
}
