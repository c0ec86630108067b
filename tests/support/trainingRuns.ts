import { createNodeDevice } from '../../src/runtime/node.ts';
import type { TrainingCheckpoint } from '../../src/training/checkpoint.ts';
import { defaultTrainingOptions, type TrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import type { StepEvent, TrainingEvent } from '../../src/training/trainingEvents.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { countingRows, startParameters, tinyProgram } from './tinyProgram.ts';

/** The device of these runs; whoever uses it disposes it after all tests. */
export const device = createNodeDevice({ threads: 1 });

export const shape = { batchSize: 2, sequenceLength: 8, maxSupervised: 14 };
export const program = tinyProgram(shape);
export const rows = countingRows(7);

const options: TrainingOptions = { ...defaultTrainingOptions, learningRate: 0.05, duration: { steps: 10 } };

/** Ten steps on seven rows of counting, but for what is changed. */
export function input(
  changes: Partial<TrainingInput> = {},
  optionChanges: Partial<TrainingOptions> = {},
): TrainingInput {
  return {
    device,
    programs: [program],
    weights: { files: [] },
    parameters: startParameters(),
    rows,
    options: { ...options, ...optionChanges },
    ...changes,
  };
}

/** The run's events, the first `limit` of them. */
export async function collect(run: TrainingInput, limit = Infinity): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(run)) if (events.push(event) >= limit) break;
  return events;
}

export const stepsOf = (events: readonly TrainingEvent[]) =>
  events.filter((event): event is StepEvent => event.type === 'step');
export const lossesOf = (events: readonly TrainingEvent[]) =>
  stepsOf(events).map(({ loss, gradNorm }) => [loss, gradNorm]);
export const resultOf = (events: readonly TrainingEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'finished') throw new Error(`The last event is ${last?.type}.`);
  return last;
};
export const checkpointsOf = (events: readonly TrainingEvent[]): TrainingCheckpoint[] =>
  events.flatMap((event) => ('checkpoint' in event ? [event.checkpoint] : []));
