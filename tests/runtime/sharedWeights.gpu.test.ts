import { describe, expect, it } from 'vitest';
import { compileTrainingModel, type CompiledTraining } from '../../src/compileTrainingModel.ts';
import type { ExportDtype } from '../../src/exporter/exportDecoder.ts';
import type { WeightStorage } from '../../src/graph/weightStorage.ts';
import type { WeightFiles } from '../../src/runtime/device.ts';
import { modelShapes } from '../../tools/bench/shapes.ts';
import { useCountedGpu } from '../support/countedGpu.ts';
import { modelBesideFile } from '../support/modelBesideFile.ts';
import { hasWebGpu } from '../support/webgpu.ts';

/** Wide enough that its matrices outweigh all else that a session keeps. */
const config = {
  ...modelShapes['SmolLM2-135M'],
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 1024,
  max_position_embeddings: 64,
};
const lora = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 2 } as const;

function beside(dtype: ExportDtype) {
  const { decoder, weights } = modelBesideFile(config, dtype);
  const compile = (sequenceLength: number, storage: WeightStorage) =>
    compileTrainingModel(decoder, lora, { batchSize: 1, sequenceLength }, { weights: storage });
  return { weights, compile };
}

describe.skipIf(!hasWebGpu)('on WebGPU weights are on the device once', () => {
  const gpu = useCountedGpu();
  const sessionOf = (
    program: CompiledTraining,
    weights: WeightFiles,
    graph: 'trainingGraph' | 'forwardGraph' = 'trainingGraph',
  ) => {
    const { weightInputs: inputs, isLean } = program;
    return gpu().device.createSession({ graph: program[graph], weights, inputs }, { isLean });
  };

  it.each(['q4', 'q8', 'fp16'] as const)(
    'in sessions of two lengths and in those that evaluate, in %s',
    async (dtype) => {
      const { weights, compile } = beside(dtype);
      const [short, long] = [compile(8, 'shared'), compile(16, 'shared')];
      const before = gpu().bytes.live;
      const sessions = [await sessionOf(long, weights)];
      const one = gpu().bytes.live - before;
      expect(Math.abs(one / long.memory.weights - 1), `${one} bytes, ${long.memory.weights} estimated`).toBeLessThan(0.02); // prettier-ignore
      sessions.push(await sessionOf(short, weights), await sessionOf(long, weights, 'forwardGraph'));
      const three = gpu().bytes.live - before;
      console.log(`${dtype}: ${one} bytes for one session, ${three} for three`);
      expect(three).toBeLessThan(1.02 * one);
      // The first to come may be the first to go.
      await sessions[0]!.dispose();
      expect(gpu().bytes.live - before).toBeGreaterThan(0.95 * one);
      await Promise.all(sessions.slice(1).map((session) => session.dispose()));
      expect(gpu().bytes.live - before).toBeLessThan(0.01 * one);
    },
  );

  it.each(['q4', 'q8'] as const)('in a session of its own, in %s', async (dtype) => {
    const { weights, compile } = beside(dtype);
    const taken = async (storage: WeightStorage) => {
      const before = gpu().bytes.live;
      const program = compile(16, storage);
      const session = await sessionOf(program, weights);
      const live = gpu().bytes.live - before;
      await session.dispose();
      console.log(`${dtype} ${storage}: ${live} bytes, ${program.memory.weights} estimated`);
      expect(Math.abs(live / program.memory.weights - 1)).toBeLessThan(0.02);
      return live;
    };
    expect(await taken('once')).toBeLessThan(0.7 * (await taken('copied')));
  });

  it('and not at all where one of them cannot be read', async () => {
    const { weights, compile } = beside('q4');
    const program = compile(8, 'shared');
    const before = gpu().bytes.live;
    const short = { files: weights.files.map(({ path, data }) => ({ path, data: data.slice(0, 500_000) })) };
    await expect(sessionOf(program, short)).rejects.toThrow(
      /^The weight file model_q4\.onnx_data ended before/,
    );
    await expect(sessionOf(program, { files: [] })).rejects.toThrow(/^The weight file model_q4\.onnx_data cannot be read \(it was not handed over\)/); // prettier-ignore
    expect(gpu().bytes.live - before).toBeLessThan(10_000);
  });
});
