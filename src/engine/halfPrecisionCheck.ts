import type { Precision } from '../autodiff/precisions.ts';
import { initializeAdapter } from '../lora/initializeAdapter.ts';
import { createRandom } from '../random.ts';
import type { Device } from '../runtime/device.ts';
import { RuntimeFailure } from '../runtime/failure.ts';
import { countSupervised, type TokenizedRow } from '../text/tokenizedRow.ts';
import { fitRows, planShapes } from '../training/batches.ts';
import { TrainingSessions } from '../training/trainingSessions.ts';
import { compile, type ProgramRequest } from './adapterPrograms.ts';
import type { LoadedGraph } from './loadModel.ts';

export interface CheckRequest extends Pick<ProgramRequest, 'rows' | 'lora' | 'maxLength'> {
  readonly model: LoadedGraph;
  readonly device: Device;
  /** Parameters to start from instead of a fresh adapter. */
  readonly initial?: Float32Array;
}

/** Whether a device computes the same in half precision, nearly. */
export interface CheckResult {
  /** Whether the device computed in half precision at all, whatever came of it. */
  readonly isComputed: boolean;
  readonly isPassed: boolean;
  /** What was found, as a clause. */
  readonly found: string;
}

/** How far half precision may be off, relative to float32: the loss, and the gradient as a vector. */
export const tolerance = { loss: 0.01, gradient: 0.05 } as const;

/**
 * Computes one row's loss and gradient on the device in float32 and in half precision. The two may differ by rounding,
 * some tenths of a percent, but not by more: kernels differ between machines, and activations between models.
 * @throws RuntimeFailure when the device is lost; any other failure is a check that is not passed
 */
export async function checkHalfPrecision(request: CheckRequest): Promise<CheckResult> {
  const row = fitRows(request.rows, request.maxLength).rows[0];
  if (!row)
    return { isComputed: false, isPassed: false, found: 'there is no row to check half precision with' };
  try {
    const expected = await firstStep(request, row, 'float32');
    return compare(await firstStep(request, row, 'float16'), expected);
  } catch (error) {
    if (!(error instanceof RuntimeFailure) || error.kind === 'device-lost') throw error;
    const why = error.message.replace(/\.$/, '');
    const found = lacksHalves.test(why)
      ? 'this graphics card does not compute in half precision'
      : `half precision could not be checked (${why})`;
    return { isComputed: false, isPassed: false, found };
  }
}

/** What onnxruntime says of a kernel in half precision on a GPU without `shader-f16`. */
const lacksHalves = /requires f16 but the device does not support it/;

/** A row's loss and its gradient. */
interface Step {
  readonly loss: number;
  readonly gradient: Float32Array;
}

function compare(actual: Step, expected: Step): CheckResult {
  const isComputed = true;
  if (!isUsable(actual))
    return { isComputed, isPassed: false, found: 'half precision overflows on a first row' };
  const loss = Math.abs(actual.loss / expected.loss - 1);
  const gradient = norm(actual.gradient.map((x, i) => x - expected.gradient[i]!)) / norm(expected.gradient);
  const isPassed = loss <= tolerance.loss && gradient <= tolerance.gradient;
  const found = `half precision changes a first row's loss by ${percent(loss)} and its gradient by ${percent(gradient)}`;
  const bounds = `more than the ${percent(tolerance.loss)} and ${percent(tolerance.gradient)} that rounding explains`;
  return { isComputed, isPassed, found: isPassed ? found : `${found}, ${bounds}` };
}

const isUsable = ({ loss, gradient }: Step) => Number.isFinite(loss) && gradient.every(Number.isFinite);
const norm = (x: Float32Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
const percent = (x: number) => `${Number((100 * x).toPrecision(2))} %`;

/** Scales of the loss that are tried: where one overflows, training would come to a smaller one by itself. */
const scales = [2 ** 16, 2 ** 12, 2 ** 8, 2 ** 4, 1];

async function firstStep(request: CheckRequest, row: TokenizedRow, activations: Precision): Promise<Step> {
  const { device, model, maxLength } = request;
  const [shape] = planShapes([row], 1, maxLength);
  const program = { ...compile({ ...request, activations }, shape!, 'elementwise'), isLean: true };
  const sessions = new TrainingSessions(device, [program], model.weights);
  const { layout } = program;
  const random = createRandom(0, 'adapter');
  const vector = (data: Float32Array) => device.upload(data, [layout.size]);
  const parameters = vector(request.initial ?? initializeAdapter(layout, () => random.next()));
  const zero = vector(new Float32Array(layout.size));
  try {
    let step: Step = { loss: NaN, gradient: new Float32Array() };
    for (const lossScale of activations === 'float16' ? scales : [1]) {
      const state = { parameters, gradient: zero, lossScale };
      const { loss, gradient } = await sessions.gradient([row], 1 / countSupervised(row), state);
      step = { loss, gradient: ((await device.download(gradient)) as Float32Array).slice() };
      gradient.dispose();
      if (isUsable(step)) break;
    }
    return step;
  } finally {
    for (const tensor of [parameters, zero]) tensor.dispose();
    await sessions.dispose();
  }
}
