import { describe, expect, it } from 'vitest';
import { compileTrainingModel } from '../../src/compileTrainingModel.ts';
import type { BoundSession, FixedTensors } from '../../src/runtime/fixedTensors.ts';
import type { TrainingCheckpoint } from '../../src/training/checkpoint.ts';
import { TrainingControl } from '../../src/training/control.ts';
import { defaultTrainingOptions, type TrainingOptions } from '../../src/training/options.ts';
import type { TrainingProgram } from '../../src/training/program.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { useCountedGpu } from '../support/countedGpu.ts';
import { modelBesideFile } from '../support/modelBesideFile.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { modelShapes } from '../../tools/bench/shapes.ts';
import { withFixed } from '../support/changedFixed.ts';
import { countingRows, startParameters, tinyProgram } from '../support/tinyProgram.ts';
import { hasWebGpu } from '../support/webgpu.ts';

const rows = countingRows(7);
/** The longer one is for batches with a row of seven tokens. */
const programs = [
  tinyProgram({ batchSize: 2, sequenceLength: 6, maxSupervised: 12 }),
  tinyProgram({ batchSize: 2, sequenceLength: 8, maxSupervised: 14 }),
];
const capturing = (program: TrainingProgram): TrainingProgram => ({ ...program, captures: true });
const { decoder, weights } = modelBesideFile(
  {
    ...modelShapes['SmolLM2-135M'],
    hidden_size: 64,
    intermediate_size: 64,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    head_dim: 32,
    vocab_size: 256,
    max_position_embeddings: 16,
  },
  'q4',
);
const lora = { kind: 'lora', targetModules: 'all-linear', rank: 8, alpha: 8 } as const;
const options: TrainingOptions = {
  ...defaultTrainingOptions,
  duration: { steps: 8 },
  learningRate: 0.05,
  schedule: 'constant',
  warmupSteps: 0,
  gradientAccumulationSteps: 3,
  weightDecay: 0.1,
  maxGradNorm: 0.5,
  evaluateEvery: 3,
};

describe.skipIf(!hasWebGpu)('steps that are recorded', () => {
  const gpu = useCountedGpu();

  const input = (changes: Partial<TrainingInput> = {}): TrainingInput => ({
    device: gpu().device,
    programs: programs.map(capturing),
    weights: { files: [] },
    parameters: startParameters(),
    rows,
    evaluationRows: rows.slice(0, 3),
    options,
    ...changes,
  });

  /** Events without the seconds that they took. */
  async function eventsOf(run: TrainingInput, onEvent: (event: TrainingEvent) => void = () => undefined) {
    const events: object[] = [];
    for await (const event of train(run)) {
      events.push('seconds' in event ? { ...event, seconds: 0 } : event);
      onEvent(event);
    }
    return events;
  }

  it('compute the same as others, bit for bit, over two lengths and three microbatches', async () => {
    const recorded = await eventsOf(input());
    expect(recorded).toEqual(await eventsOf(input({ programs })));
    expect(recorded.filter((event) => 'gradNorm' in event)).toHaveLength(8);
  });

  it('go on from a checkpoint as if nothing had happened', async () => {
    const checkpoints: TrainingCheckpoint[] = [];
    const whole = await eventsOf(input({ options: { ...options, checkpointEvery: 3 } }), (event) => {
      if (event.type === 'checkpoint') checkpoints.push(event.checkpoint);
    });
    expect(checkpoints.map(({ step }) => step)).toEqual([3, 6, 8]);
    const rest = await eventsOf(input({ resumeFrom: checkpoints[1]! }));
    expect(rest.slice(-4)).toEqual(whole.filter((event) => !('checkpoint' in event)).slice(-4));
  });

  it('are all told of before a pause, whose checkpoint is of the last of them', async () => {
    const control = new TrainingControl();
    const seen: [string, number][] = [];
    const paused = await eventsOf(input({ control }), (event) => {
      if ('step' in event && event.type !== 'evaluation') seen.push([event.type, event.step]);
      if (event.type === 'step' && event.step === 4) control.pause();
      if (event.type === 'paused') {
        seen.push(['at', event.checkpoint.step]);
        control.resume();
      }
    });
    const at = seen.findIndex(([type]) => type === 'at');
    // The fifth was begun before the fourth was told of.
    expect(seen.slice(at - 2, at + 2)).toEqual([['step', 4], ['step', 5], ['at', 5], ['step', 6]]); // prettier-ignore
    expect(paused.filter((event) => !('checkpoint' in event))).toEqual(await eventsOf(input()));
  });

  it('end where they are stopped, with what they learned until then', async () => {
    const control = new TrainingControl();
    const stopped = await eventsOf(input({ control }), (event) => {
      if (event.type === 'step' && event.step === 4) control.stop();
    });
    const five = await eventsOf(input({ options: { ...options, duration: { steps: 5 } } }));
    const { parameters } = five.at(-1) as { parameters: Float32Array };
    expect(stopped.at(-1)).toEqual({ type: 'finished', step: 5, isStopped: true, parameters });
  });

  it('are never more than two under way', async () => {
    const fixed = gpu().device.fixed!;
    let [asked, most] = [0, 0];
    const read: typeof fixed.read = async (tensor) => {
      most = Math.max(most, ++asked);
      const floats = await fixed.read(tensor);
      // As on a device that takes its time.
      await new Promise((resolve) => setTimeout(resolve, 50));
      asked--;
      return floats;
    };
    const watched = withFixed(gpu().device, { read });
    await eventsOf(input({ device: watched, options: { ...options, gradientAccumulationSteps: 1, evaluateEvery: 100 } })); // prettier-ignore
    // Loss and norm of each.
    expect(most).toBe(4);
  });

  it('name the step that diverged, although another was begun', async () => {
    const steps: number[] = [];
    const run = eventsOf(input({ options: { ...options, learningRate: 3e38, weightDecay: 0 } }), (event) => {
      if (event.type === 'step') steps.push(event.step);
    });
    await expect(run).rejects.toThrow(/^Training diverged at step \d+: loss/);
    const plain = eventsOf(input({ programs, options: { ...options, learningRate: 3e38, weightDecay: 0 } }));
    await expect(plain).rejects.toThrow(`Training diverged at step ${steps.length + 1}:`);
  });

  it('leave nothing on the device, also where they are thrown away', async () => {
    await eventsOf(input());
    const before = gpu().bytes.live;
    const abort = new AbortController();
    const run = eventsOf(input({ signal: abort.signal }), (event) => {
      if (event.type === 'step' && event.step === 2) abort.abort(new Error('enough'));
    });
    await expect(run).rejects.toThrow('enough');
    await gpu().device.download(gpu().device.upload(Float32Array.of(1), [1]));
    expect(gpu().bytes.live - before).toBeLessThan(100);
  });

  it('compute the same of a decoder whose weights are shared', async () => {
    const bound: BoundSession[] = [];
    const { fixed } = gpu().device;
    const bind: FixedTensors['bind'] = async (...asked) => {
      bound.push(await fixed!.bind(...asked));
      return bound.at(-1)!;
    };
    const shape = { batchSize: 1, sequenceLength: 16 };
    const program = compileTrainingModel(decoder, lora, shape, { weights: 'shared' });
    const parameters = Float32Array.from({ length: program.layout.size }, (_, i) => 0.05 * Math.sin(i));
    const ids = Array.from({ length: 48 }, (_, i) => (i * 7919 + 13) % 256);
    const three = [0, 16, 32].map((start) => tokenizedRow(ids.slice(start, start + 16), ids.slice(0, 16).map((_, i) => i > 0))); // prettier-ignore
    const short = { ...options, duration: { steps: 2 }, gradientAccumulationSteps: 2 };
    const run = input({ weights, parameters, rows: three, evaluationRows: [], options: short });
    const device = withFixed(gpu().device, { bind });
    const recorded = await eventsOf({ ...run, device, programs: [{ ...program, captures: true }] });
    expect(bound.map(({ isCaptured }) => isCaptured)).toEqual([true, true]);
    expect(recorded).toEqual(await eventsOf({ ...run, programs: [program] }));
  });
});
