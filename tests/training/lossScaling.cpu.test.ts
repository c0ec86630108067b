import { afterAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/training/checkpoint.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { randomDecoder } from '../support/randomDecoder.ts';
import { training } from '../support/halfPrecision.ts';
import { checkpointsOf, collect, device, lossesOf, resultOf, stepsOf } from '../support/trainingRuns.ts';

afterAll(() => device.dispose());

const model = randomDecoder('llama', 'q4f16');
const half = { activations: 'float16' } as const;
/** A run of fewer steps, its settings changed. */
const short = (steps: number, changes: Parameters<typeof training>[2] = {}, checkpointEvery = Infinity) => {
  const input = training(model, half, changes);
  const options = { ...input.options, duration: { steps }, schedule: 'constant', checkpointEvery } as const;
  return { ...input, options };
};
const skippedOf = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.type === 'skippedStep' ? [[event.step, event.lossScale]] : []));
const scalesOf = (events: readonly TrainingEvent[]) => stepsOf(events).map(({ lossScale }) => lossScale);
const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((x, i) => x - b[i]!));

it('training in half precision follows training in float32 for 30 steps', async () => {
  const float = training(model, {});
  const expected = await collect(float);
  const actual = await collect(training(model, half));
  // Measured: losses within 3e-4, norms within 3e-4 of themselves, the adapter within 0.25 % of its way.
  lossesOf(actual).forEach(([loss, norm], i) => {
    const [was, wasNorm] = lossesOf(expected)[i] as [number, number];
    expect(Math.abs(loss! - was), `loss of step ${i + 1}`).toBeLessThan(1e-3);
    expect(Math.abs(norm! / wasNorm - 1), `gradient norm of step ${i + 1}`).toBeLessThan(1e-3);
  });
  const [from, to] = [float.parameters, resultOf(expected).parameters];
  expect(lossesOf(expected).at(-1)![0]).toBeLessThan(0.2 * lossesOf(expected)[0]![0]!);
  expect(distance(resultOf(actual).parameters, to) / distance(to, from)).toBeLessThan(1e-2);
  expect(new Set(scalesOf(actual))).toEqual(new Set([2 ** 16]));
  expect(scalesOf(expected)).toEqual(expected.filter(({ type }) => type === 'step').map(() => undefined));
});

describe('a scale that half precision cannot hold', () => {
  it('is halved until the step succeeds, which then learns what it would have learned', async () => {
    const events = await collect(short(3, { lossScale: { scale: 2 ** 30, goodSteps: 5 } }));
    const skipped = skippedOf(events);
    expect(skipped.length).toBeGreaterThan(2);
    expect(skipped).toEqual(skipped.map((_, i) => [1, 2 ** (29 - i)]));
    const scale = skipped.at(-1)![1]!;
    expect(scalesOf(events)).toEqual([scale, scale, scale]);
    const calm = await collect(short(3, { lossScale: { scale, goodSteps: 0 } }));
    expect(skippedOf(calm)).toEqual([]);
    expect(lossesOf(events)).toEqual(lossesOf(calm));
    expect(resultOf(events).parameters).toEqual(resultOf(calm).parameters);
  });

  it('gives back what a skipped step took of the device', async () => {
    let live = 0;
    const counted = Object.assign(Object.create(device) as typeof device, {
      createSession: async (...args: Parameters<typeof device.createSession>) => {
        const session = await device.createSession(...args);
        const run = async (...feeds: Parameters<typeof session.run>) => {
          const outputs = await session.run(...feeds);
          for (const tensor of Object.values(outputs)) {
            live++;
            const dispose = tensor.dispose.bind(tensor);
            const forget = () => {
              live--;
              dispose();
            };
            Object.assign(tensor, { dispose: forget });
          }
          return outputs;
        };
        return { ...session, run, dispose: () => session.dispose() };
      },
    });
    const kept: number[] = [];
    const lossScale = { scale: 2 ** 30, goodSteps: 0 };
    for await (const event of train(short(2, { device: counted, lossScale })))
      if (event.type === 'skippedStep' || event.type === 'step') kept.push(live);
    // The first parameters and moments were uploaded; those of a step are outputs, which replace them.
    expect(kept.at(0)).toBe(0);
    expect(kept.slice(-2)).toEqual([3, 3]);
    expect(live).toBe(0);
  });

  it('ends the run in a sentence where a smaller one does not help', async () => {
    const { parameters } = short(1);
    const events = collect(short(1, { parameters: parameters.map((x) => 1e6 * x), lossScale: { scale: 4, goodSteps: 0 } })); // prettier-ignore
    await expect(events).rejects.toThrow(
      /^Step 1 overflows half precision even with its loss unscaled \(scale 1\); train with float32 activations/,
    );
  });
});

describe('resuming in half precision', () => {
  it('goes on with the same losses and scales, bit for bit, before and after the scale grows', async () => {
    const lossScale = { scale: 2 ** 12, goodSteps: 1996 };
    const whole = await collect(short(6, { lossScale }, 1));
    expect(scalesOf(whole)).toEqual([2 ** 12, 2 ** 12, 2 ** 12, 2 ** 12, 2 ** 13, 2 ** 13]);
    for (const stop of [2, 5]) {
      const resumeFrom = decodeCheckpoint(encodeCheckpoint(checkpointsOf(whole)[stop - 1]!));
      const rest = await collect(short(6, { resumeFrom }));
      expect(lossesOf(rest)).toEqual(lossesOf(whole).slice(stop));
      expect(scalesOf(rest)).toEqual(scalesOf(whole).slice(stop));
      expect(resultOf(rest).parameters).toEqual(resultOf(whole).parameters);
    }
  });

  it('is refused in float32, and the other way round', async () => {
    const [resumeFrom] = checkpointsOf(await collect(short(1, {}, 1)));
    const { programs } = training(model, {});
    await expect(collect(short(1, { resumeFrom: resumeFrom!, programs }))).rejects.toThrow(
      'was written with activations = float16, but this run has float32',
    );
    const [float] = checkpointsOf(await collect(short(1, { programs }, 1)));
    expect(float).not.toHaveProperty('lossScale');
    await expect(collect(short(1, { resumeFrom: float! }))).rejects.toThrow(
      'was written with activations = float32, but this run has float16',
    );
  });
});
