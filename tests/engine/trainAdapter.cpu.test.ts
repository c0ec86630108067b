import { afterAll, expect, it } from 'vitest';
import { trainAdapter, type AdapterTraining } from '../../src/engine/trainAdapter.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import type { Device } from '../../src/runtime/device.ts';
import { RuntimeFailure } from '../../src/runtime/failure.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import type { PlannedEvent, TrainingEvent } from '../../src/training/trainingEvents.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

const node = createNodeDevice({ threads: 1 });
afterAll(() => node.dispose());

/** The device, which gives `bytes` at most. */
const cramped = (bytes: number): Device =>
  Object.assign(Object.create(node) as Device, {
    tryMemory: ({ weights, working }) =>
      weights + working <= bytes
        ? Promise.resolve()
        : Promise.reject(new RuntimeFailure('out-of-memory', 'There is no room.')),
    createSession: (...given) => node.createSession(...given),
  } satisfies Partial<Device>);

const path = 'model.onnx_data';
const exported = exportDecoder({
  config: tinyConfigs.llama,
  tensors: randomCheckpoint('llama'),
  dtype: 'fp32',
});
const { model: decoder, pieces } = splitWeights(exported, path);
const data = new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());

const rowOf = (length: number) =>
  tokenizedRow(Array.from({ length }, (_, i) => i + 1), new Array<boolean>(length).fill(true)); // prettier-ignore

async function eventsOn(device: Device, changes: Partial<AdapterTraining> = {}): Promise<TrainingEvent[]> {
  const row = rowOf(8);
  const training = trainAdapter({
    model: { decoder: { decoder, fileName: 'model.onnx' }, weights: { files: [{ path, data }] } },
    ...{ device, rows: [row, row], batchSize: 2, maxLength: 8, random: () => 0.3 },
    lora: { targetModules: 'all-linear', rank: 2, alpha: 4 },
    options: { ...defaultTrainingOptions, duration: { steps: 2 } },
    ...changes,
  });
  const events: TrainingEvent[] = [];
  for (let next = await training.next(); !next.done; next = await training.next()) events.push(next.value);
  return events;
}

it('says anew what it takes each time that there is less memory, down to weights that are streamed', async () => {
  const [plenty, events] = [await eventsOn(node), await eventsOn(cramped(400_000))];
  const plans = events.filter((event): event is PlannedEvent => event.type === 'planned');
  expect(plans.map(({ recompute, streaming }) => [recompute, streaming !== undefined])).toEqual([
    ['none', false],
    ['perLayer', false],
    ['perLayer', true],
  ]);
  expect(plans.slice(0, 2).map(({ batchSize }) => batchSize)).toEqual([2, 1]);
  expect(plans[2]!.streaming!.bytesRead).toBeGreaterThan(data.length);
  const losses = (told: readonly TrainingEvent[]) =>
    told.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  expect(losses(events)).toHaveLength(losses(plenty).length);
  // Kernels round otherwise where they may keep a matrix in a form of their own.
  losses(events).forEach((loss, i) => expect(loss).toBeCloseTo(losses(plenty)[i]!, 5));
});

it('trains on short rows that share lines by themselves as on rows alone', async () => {
  const rows = [3, 3, 4, 3, 5, 3, 4, 16].map(rowOf);
  const options = {
    ...defaultTrainingOptions,
    duration: { epochs: 2 },
    learningRate: 1e-2,
    evaluateEvery: 1,
  };
  const changes = { rows, evaluationRows: rows.slice(0, 3), batchSize: 4, maxLength: 16, options };
  const [shared, alone] = [
    await eventsOn(node, changes),
    await eventsOn(node, { ...changes, isPacked: false }),
  ];
  const plan = (events: readonly TrainingEvent[]) => events.find((event) => event.type === 'planned');
  expect([plan(shared)!.isPacked, plan(alone)!.isPacked]).toEqual([true, undefined]);
  const numbers = (events: readonly TrainingEvent[]) =>
    events.flatMap((event) => {
      if (event.type === 'step') return [event.loss, event.gradNorm, event.tokens];
      return event.type === 'evaluation' ? [event.loss] : [];
    });
  expect(numbers(shared)).toHaveLength(4 * 3 + 5);
  numbers(shared).forEach((number, i) => expect(number).toBeCloseTo(numbers(alone)[i]!, 4));
});

it('cuts rows where they are to be cut, also where lines are longer', async () => {
  const rows = [...new Array<number>(40).fill(9), 19].map(rowOf);
  const events = await eventsOn(node, { rows, batchSize: 32, maxLength: 16 });
  expect(events[0]).toMatchObject({ type: 'planned', isPacked: true, sequenceLength: 32 });
  expect(events[1]).toMatchObject({ type: 'started', rows: 41, truncatedRows: 1 });
});
