import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainAdapter } from '../../src/engine/trainAdapter.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import type { Device, Session } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { createNodeWasmDevice } from '../../src/runtime/nodeWasm.ts';
import { createRandom } from '../../src/random.ts';
import { tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { weightedModel } from '../support/weightedModel.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

// Nothing is put in place of memory here: allocations really fail.

const [shortRow, longRow] = [16, 480].map((length) =>
  tokenizedRow(
    Array.from({ length }, (_, i) => (i * 7) % 50),
    new Array<boolean>(length).fill(true),
  ),
) as [TokenizedRow, TokenizedRow];
const batchSize = 8;
/**
 * Three steps that take next to nothing, and a fourth that takes 180 MB with all layers kept and 20 MB row by row. The rest
 * is never reached, but makes short rows usual, so that they get a program of their own.
 */
const rows = Array.from({ length: 20 }, (_, step) => new Array(batchSize).fill(step === 3 ? longRow : shortRow) as TokenizedRow[]).flat(); // prettier-ignore

const config = { ...tinyConfigs.llama, max_position_embeddings: 512 };
const file = encodeModel(exportDecoder({ config, tensors: randomCheckpoint('llama'), dtype: 'q4' }));
const model = {
  decoder: { decoder: decodeModel(file), fileName: 'model.onnx' },
  weights: { files: [{ path: 'model.onnx', data: file }] },
} as const;

async function eventsOn(
  device: Device,
  onEvent = async (_event: TrainingEvent) => {},
): Promise<TrainingEvent[]> {
  const random = createRandom('out of memory');
  const training = trainAdapter({
    ...{ model, device, rows, batchSize, maxLength: 512, random: () => random.next() },
    lora: { targetModules: 'all-linear', rank: 2, alpha: 4 },
    options: { ...defaultTrainingOptions, duration: { steps: 5 }, shuffle: false, learningRate: 1e-2 },
  });
  const events: TrainingEvent[] = [];
  for (let next = await training.next(); !next.done; next = await training.next()) {
    events.push(next.value);
    await onEvent(next.value);
  }
  return events;
}

const numbersOf = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [event.loss, event.gradNorm] : []));

const typesOf = (events: readonly TrainingEvent[]) => events.map(({ type }) => type);

const plansOf = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) =>
    event.type === 'planned' ? [`${event.batchSize} rows, ${event.recompute}`] : [],
  );

const node = createNodeDevice({ threads: 1 });
afterAll(() => node.dispose());

/** Compares with a training that has memory enough. */
async function expectSame(events: readonly TrainingEvent[]): Promise<void> {
  const [numbers, plenty] = [numbersOf(events), numbersOf(await eventsOn(node))];
  expect(numbers).toHaveLength(plenty.length);
  numbers.forEach((number, i) => expect(number).toBeCloseTo(plenty[i]!, 4));
}

/** Makes WebAssembly's memories stop growing at `bytes`, as where a browser gives no more. */
function capWebAssembly(bytes: number): void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(asked: WebAssembly.MemoryDescriptor) {
      super({ ...asked, maximum: bytes / 2 ** 16 });
    }
  };
}

/** Puts weights into the device's memory until there is no room left. */
async function fill(device: Device, sessions: Session[]): Promise<void> {
  const [bytes, path] = [10e6, 'w'];
  const source = {
    graph: weightedModel(path, 0, bytes / 4),
    weights: { files: [{ path, data: new Uint8Array(bytes) }] },
  };
  for (;;) {
    const session = await device.createSession(source).catch(() => null);
    if (!session) return;
    sessions.push(session);
  }
}

describe('WebAssembly', () => {
  let device: Device;
  beforeAll(async () => {
    capWebAssembly(160 * 2 ** 20);
    device = await createNodeWasmDevice({ threads: 1 });
  });
  afterAll(() => device.dispose());

  it('is asked for memory without keeping any', async () => {
    for (let i = 0; i < 5; i++) {
      await expect(device.tryMemory({ weights: 0, working: 160e6 })).rejects.toThrow('does not give');
      await device.tryMemory({ weights: 0, working: 60e6 });
    }
  });

  it('trains with as many rows at a time as it has memory for at first, and with fewer when a step finds less', async () => {
    const others: Session[] = [];
    const events = await eventsOn(device, async (event) => {
      if (event.type === 'step' && event.step === 3) await fill(device, others);
      // onnxruntime never gets back what the failed step had taken, so something else has to go.
      if (event.type === 'checkpoint') await Promise.all(others.map((other) => other.dispose()));
    });
    expect(typesOf(events)).toEqual([
      ...['planned', 'started', 'smallerBatch', 'planned', 'step', 'step', 'step'],
      ...['checkpoint', 'smallerBatch', 'planned', 'step', 'step', 'finished'],
    ]);
    expect(plansOf(events)).toEqual(['8 rows, none', '4 rows, perLayer', '2 rows, perLayer']);
    expect(events[7]).toMatchObject({ checkpoint: { step: 3 } });
    await expectSame(events);
  });
});
