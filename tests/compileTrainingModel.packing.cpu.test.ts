import { afterAll, describe, expect, it } from 'vitest';
import { compileTrainingModel, type CompileOptions, type DecoderModel } from '../src/compileTrainingModel.ts';
import type { WeightFiles } from '../src/runtime/device.ts';
import { createNodeDevice } from '../src/runtime/node.ts';
import { countSupervised, tokenizedRow, type TokenizedRow } from '../src/text/tokenizedRow.ts';
import { batchFeeds } from '../src/training/batchFeeds.ts';
import { packRows } from '../src/training/packRows.ts';
import { tinyConfigs, type TinyFamily } from './exporter/randomCheckpoint.ts';
import { alone, distance, inLines, shortRows, stepOver } from './support/packedRuns.ts';
import { lora, randomDecoder } from './support/randomDecoder.ts';
import { readTraced, weightsOf, type TracedFamily } from './support/tracedModels.ts';

const device = createNodeDevice({ threads: 1 });
afterAll(() => device.dispose());

type Model = DecoderModel & { readonly weights?: WeightFiles };

async function traced(family: TracedFamily): Promise<Model> {
  const model = await readTraced(family);
  return { ...model, weights: weightsOf(model) };
}

async function expectSame(model: Model, tolerance: number, options: CompileOptions = {}): Promise<void> {
  const expected = await stepOver(device, model, shortRows, alone, options);
  const packed = await stepOver(device, model, shortRows, inLines, options);
  expect(Math.max(...expected.gradient.map(Math.abs))).toBeGreaterThan(0.01);
  expect(Math.abs(packed.loss / expected.loss - 1)).toBeLessThan(tolerance);
  expect(Math.abs(packed.evaluated / expected.loss - 1)).toBeLessThan(tolerance);
  expect(distance(expected.gradient, packed.gradient)).toBeLessThan(tolerance);
}

describe('rows that share lines', () => {
  it.each(Object.keys(tinyConfigs) as TinyFamily[])(
    'of %s have the loss and gradient that they have alone',
    async (family) => expectSame(randomDecoder(family, 'q4'), 2e-5),
  );

  it.each(['llama', 'gpt2', 'gpt_neox'] as const)(
    'of a traced %s have the loss and gradient that they have alone',
    async (family) => expectSame(await traced(family), 2e-5),
  );

  it.each([
    ['with layers computed again', { recompute: 'perLayer' }, 2e-5],
    ['with elementwise results computed again', { recompute: 'elementwise' }, 2e-5],
    ['with weights read once', { weights: 'once' }, 2e-5],
    ['in half precision', { activations: 'float16' }, 1e-2],
  ] as const)('%s have the loss and gradient that they have alone', async (_, options, tolerance) => {
    await expectSame(randomDecoder('gemma3', 'q4'), tolerance, options);
  });
});

/** The losses of each row's supervised tokens, in the order of `rows`, all in one microbatch. */
async function lossesByRow(model: Model, rows: readonly TokenizedRow[]): Promise<number[][]> {
  const program = compileTrainingModel(model, lora, inLines);
  const session = await device.createSession({
    graph: program.forwardGraph,
    weights: model.weights ?? { files: [] },
  });
  const size = program.layout.size;
  const parameters = device.hostTensor(Float32Array.from({ length: size }, (_, i) => 0.1 * Math.sin(i)), [size]); // prettier-ignore
  const { row_of_position: _, ...feeds } = batchFeeds(device, program, rows, 1).feeds;
  const { token_losses: losses } = await session.run({ parameters, ...feeds }, ['token_losses']);
  const all = [...((await device.download(losses!)) as Float32Array)];
  await session.dispose();
  const ofRow = new Map(
    packRows(rows, inLines)[0]!.map(({ row }) => [row, all.splice(0, countSupervised(row))] as const),
  );
  return rows.map((row) => ofRow.get(row)!);
}

describe.each(['llama', 'mistral', 'gemma2'] as const)('a row of %s', (family) => {
  const model = randomDecoder(family, 'q4');

  it('changes no bit of the others when its first and its last token change', async () => {
    const before = await lossesByRow(model, shortRows);
    for (const changed of [1, 4, 7]) {
      const rows = shortRows.map((row, i) => {
        if (i !== changed) return row;
        return tokenizedRow(
          row.ids.map((id, t) => (t === 0 || t === row.ids.length - 1 ? (id + 1) % 50 : id)),
          row.supervised,
        );
      });
      const after = await lossesByRow(model, rows);
      expect(before.map((losses, i) => [i, losses.some((loss, k) => loss !== after[i]![k])])).toEqual(
        shortRows.map((_, i) => [i, i === changed]),
      );
    }
  });
});

describe('what cannot be packed', () => {
  const compiled = (model: DecoderModel) => () => compileTrainingModel(model, lora, inLines);

  it('is a decoder with short convolutions', async () => {
    expect(compiled(await readTraced('lfm2'))).toThrow(/^Rows cannot share a line: the \w+ node ".*conv/);
  });
});
