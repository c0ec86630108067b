import { afterAll, describe, expect, it } from 'vitest';
import { compileTrainingModel, type DecoderModel, type Trainable } from '../../src/compileTrainingModel.ts';
import type { Initializer } from '../../src/graph/model.ts';
import { widenFloat16 } from '../../src/halfPrecision.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import type { WeightFiles } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { batchFeeds } from '../../src/training/batchFeeds.ts';
import { firstSteps } from '../support/firstSteps.ts';
import { rows } from '../support/halfPrecision.ts';
import { quantizedForms, quantizeDecoder } from '../support/quantizedForms.ts';
import { lora, randomDecoder } from '../support/randomDecoder.ts';
import { readTraced, tracedFamilies, weightsOf } from '../support/tracedModels.ts';

const device = createNodeDevice({ threads: 1 });
afterAll(() => device.dispose());

const shape = { batchSize: 3, sequenceLength: 8, maxSupervised: 18, logitsChunk: 8 };
const inFile: WeightFiles = { files: [] };

/** Losses of all supervised tokens of three rows; `parameters` fills the trained vector. */
async function tokenLosses(
  model: DecoderModel,
  weights: WeightFiles,
  trainable: Trainable,
  parameters: (name: string, length: number) => ArrayLike<number>,
): Promise<number[]> {
  const program = compileTrainingModel(model, trainable, shape);
  const vector = Float32Array.from(program.layout.entries.flatMap(({ name, length }) => Array.from(parameters(name, length)))); // prettier-ignore
  const session = await device.createSession({ graph: program.forwardGraph, weights });
  const { row_of_position: _, ...feeds } = batchFeeds(device, program, rows.slice(0, 3), 1).feeds;
  const state = { parameters: device.hostTensor(vector, [vector.length]) };
  const { token_losses: losses } = await session.run({ ...state, ...feeds }, ['token_losses']);
  const result = [...((await device.download(losses!)) as Float32Array)];
  await session.dispose();
  return result;
}

function numbersOf({ name, data, elementType }: Initializer): Float32Array {
  if (!('bytes' in data)) throw new Error(`${name} is not at hand.`);
  return elementType === 'float16' ? widenFloat16(data.bytes) : new Float32Array(data.bytes.slice().buffer);
}

/** Training's graph with the adapter's B at zero, without an adapter, and with another B. */
async function expectBaseInTraining(model: DecoderModel, weights = inFile, digits = Infinity): Promise<void> {
  // Nothing is injected where the model's own last norm is what is trained.
  const norm = model.decoder.graph.initializers.findLast(({ name, dims }) => dims.length === 1 && /norm.*weight|ln_f\.weight/.test(name))!; // prettier-ignore
  const alone: Trainable = { kind: 'weights', names: [norm.name] };
  const base = await tokenLosses(model, weights, alone, () => numbersOf(norm));
  const adapted = (valueOfB: number) =>
    tokenLosses(model, weights, lora, (name, length) =>
      new Float32Array(length).fill(name.endsWith('lora_B') ? valueOfB : 0.3),
    );
  expect(base.every((loss) => loss > 0 && loss < 30)).toBe(true);
  const zero = await adapted(0);
  if (digits === Infinity) expect(zero).toEqual(base);
  else zero.forEach((loss, i) => expect(loss).toBeCloseTo(base[i]!, digits));
  expect(Math.max(...(await adapted(0.1)).map((loss, i) => Math.abs(loss - base[i]!)))).toBeGreaterThan(0.01);
}

describe('an adapter of zeros leaves the losses of training as they are, bit for bit', () => {
  it.each(['fp32', 'fp16', 'q4', 'q8', 'q4f16'] as const)('in %s', (dtype) =>
    expectBaseInTraining(randomDecoder('llama', dtype)),
  );

  it.each(quantizedForms)('in %s', (form) => {
    const { decoder, ...rest } = randomDecoder('llama', 'fp32');
    const model = { ...rest, decoder: quantizeDecoder(decoder, form).quantized };
    // There onnxruntime fuses what has no adapter beside it, and rounds otherwise.
    return expectBaseInTraining(model, inFile, form === 'QDQ with activations' ? 4 : Infinity);
  });

  it.each(tracedFamilies)('of a traced %s', async (family) => {
    const traced = await readTraced(family);
    await expectBaseInTraining(traced, weightsOf(traced));
  });
});

describe('an adapter of zeros leaves the logits of generation as they are', () => {
  const steps = async (dtype: 'fp32' | 'fp16' | 'q4' | 'q8' | 'q4f16') => {
    const model = { ...randomDecoder('llama', dtype), weights: inFile };
    const targets = findLoraTargets(model.decoder, 'all-linear');
    const adapted = (valueOfB: number) => firstSteps(device, model, targets, valueOfB);
    return { base: await firstSteps(device, model, []), zero: await adapted(0), other: await adapted(0.1) };
  };

  it.each(['fp32', 'q4', 'q8'] as const)('in %s, bit for bit', async (dtype) => {
    const { base, zero, other } = await steps(dtype);
    expect(zero).toEqual(base);
    expect(other).not.toEqual(base);
  });

  // The CPU computes some nodes between halves in float32; which, depends on their neighbours.
  it.each(['fp16', 'q4f16'] as const)('in %s, but for where the CPU rounds to halves', async (dtype) => {
    const { base, zero, other } = await steps(dtype);
    const apart = (a: number[][], b: number[][]) => {
      const [x, y] = [a, b].map((bits) => new Float32Array(Uint32Array.from(bits.flat()).buffer)) as [Float32Array, Float32Array]; // prettier-ignore
      const largest = Math.max(...y.map(Math.abs));
      return Math.max(...x.map((value, i) => Math.abs(value - y[i]!))) / largest;
    };
    expect(apart(zero, base)).toBeLessThan(2e-3);
    expect(apart(other, base)).toBeGreaterThan(2e-2);
  });
});
