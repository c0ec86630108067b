import { afterAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/training/checkpoint.ts';
import { countingRows } from '../support/tinyProgram.ts';
import {
  checkpointsOf,
  collect,
  device,
  input,
  lossesOf,
  resultOf,
  stepsOf,
} from '../support/trainingRuns.ts';

afterAll(() => device.dispose());

describe('resuming', () => {
  const settings = { checkpointEvery: 1, gradientAccumulationSteps: 2, weightDecay: 0.01 } as const;

  it.each([1, 4, 9])('after step %i gives the very losses of a run that never stopped', async (stop) => {
    const whole = await collect(input({}, settings));
    const bytes = encodeCheckpoint(checkpointsOf(whole)[stop - 1]!);
    const rest = await collect(input({ resumeFrom: decodeCheckpoint(bytes) }, settings));
    expect(lossesOf(rest)).toEqual(lossesOf(whole).slice(stop));
    expect(resultOf(rest).parameters).toEqual(resultOf(whole).parameters);
    expect(stepsOf(rest).map(({ step, tokens }) => [step, tokens])).toEqual(
      stepsOf(whole).slice(stop).map(({ step, tokens }) => [step, tokens]), // prettier-ignore
    );
  });

  it.each([
    [{ learningRate: 0.1 }, 'learningRate = 0.05, but this run has 0.1'],
    [{ seed: 5 }, 'seed = 0, but this run has 5'],
    [{ shuffle: false }, 'shuffle = true, but this run has false'],
    [{ duration: { steps: 12 } }, 'totalSteps = 10, but this run has 12'],
  ])('with other settings %o is refused', async (changes, message) => {
    const [resumeFrom] = checkpointsOf(await collect(input({}, settings), 3));
    await expect(collect(input({ resumeFrom }, { ...settings, ...changes }))).rejects.toThrow(message);
  });

  it('with other data or another adapter is refused', async () => {
    const [resumeFrom] = checkpointsOf(await collect(input({}, settings), 3));
    await expect(collect(input({ resumeFrom, rows: countingRows(6) }, settings))).rejects.toThrow('rows = ');
    const smaller = { ...resumeFrom!, parameters: new Float32Array(3) };
    await expect(collect(input({ resumeFrom: smaller }, settings))).rejects.toThrow(
      /holds 3 parameters.*trains 72/,
    );
  });

  it('may extend a run with a constant rate', async () => {
    const constant = { ...settings, schedule: 'constant' } as const;
    const short = await collect(input({}, { ...constant, duration: { steps: 4 } }));
    const resumeFrom = checkpointsOf(short).at(-1)!;
    const rest = await collect(input({ resumeFrom }, constant));
    expect(lossesOf([...short, ...rest])).toEqual(lossesOf(await collect(input({}, constant))));
  });
});
