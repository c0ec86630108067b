import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildTrainingGraphs, compileTrainingModel, type DecoderModel } from '../src/compileTrainingModel.ts';
import { decodeModel } from '../src/onnx/decode.ts';
import { whittle } from './support/commandLine.ts';

const folder = new URL('../../shared/graphs/gemma-3-4b/', import.meta.url).pathname;
const lora = { kind: 'lora', rank: 8, alpha: 16, targetModules: 'all-linear' } as const;
const batch = { batchSize: 1, sequenceLength: 32, maxSupervised: 8, logitsChunk: 8 };

function decoderModel(dtype: string): DecoderModel {
  const read = (name: string) => ({
    fileName: `${name}_${dtype}.onnx`,
    model: decodeModel(new Uint8Array(readFileSync(`${folder}onnx/${name}_${dtype}.onnx`))),
  });
  const { model, fileName } = read('decoder_model_merged');
  return { decoder: model, fileName, embedding: read('embed_tokens') };
}

describe.skipIf(!existsSync(folder))('a Gemma-3-4B export without its weights', () => {
  it.each(['q4', 'q4f16'])('compiles for training in %s, with a gradient for every adapter', { timeout: 600_000 }, (dtype) => {
    const compiled = compileTrainingModel(decoderModel(dtype), lora, batch);
    expect(compiled.layout.entries).toHaveLength(2 * 238);
    // Rank times inputs and outputs of a block's seven layers, in 34 blocks.
    const widths = [2560 + 2048, 2 * (2560 + 1024), 2048 + 2560, 3 * (2560 + 10240)];
    expect(compiled.layout.size).toBe(34 * 8 * widths.reduce((a, b) => a + b));
    expect(compiled.vocabularySize).toBe(262208);
    const { graph } = decodeModel(compiled.trainingGraph);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['loss', 'gradient_out']);
    expect(graph.inputs.map(({ name }) => name).sort()).toEqual(['gradient', 'input_ids', 'label_weights', 'labels', 'parameters', 'row_of_position', 'supervised_rows']); // prettier-ignore
    const files = new Set(graph.initializers.flatMap(({ data }) => ('location' in data ? [data.location] : [])));
    expect([...files].some((name) => name.startsWith('embed_tokens'))).toBe(true);
    // The derived graphs refer to weights and copy none: gigabytes stay where they are.
    expect(compiled.trainingGraph.length).toBeLessThan(64 * 2 ** 20);
  }); // prettier-ignore

  describe('with an op that nothing lowers', () => {
    let model: DecoderModel;
    beforeAll(() => {
      const { decoder, ...rest } = decoderModel('q4');
      const nodes = decoder.graph.nodes.map((node) =>
        node.opType === 'Gelu' && node.name.includes('layers.3/') ? { ...node, opType: 'Gelish' } : node,
      );
      model = { ...rest, decoder: { ...decoder, graph: { ...decoder.graph, nodes } } };
    });

    it('names op and node', () => {
      expect(() => buildTrainingGraphs(model, lora, batch)).toThrow(
        /Gelish.*layers\.3\/|layers\.3\/.*Gelish/s,
      );
    });
  });

  it.each(['q4', 'q4f16'])('is inspected in %s', { timeout: 600_000 }, async (dtype) => {
    const { code, stdout } = await whittle('inspect', '--model', folder, '--dtype', dtype, '--max-length', '64', '--batch-size', '1', '--memory-budget', '40000', '--json'); // prettier-ignore
    expect(code).toBe(0);
    const facts = JSON.parse(stdout[0]!) as Record<string, number>;
    expect(facts).toMatchObject({ layers: 34, lora_targets: 238, trainable_parameters: 14901248, vocabulary_size: 262208 }); // prettier-ignore
    // 3.88 billion, and the head once more, which this export stores beside the embedding.
    expect(facts['parameters']! / 1e9).toBeCloseTo(3.88 + 0.67, 2);
    const [weights, peak] = [facts['weight_bytes']!, facts['peak_bytes']!].map((bytes) => bytes / 2 ** 30);
    expect(weights).toBeGreaterThan(2);
    expect(peak).toBeGreaterThan(weights!);
    expect(peak).toBeLessThan(32);
    expect(facts['memory']).toMatchObject([
      { fit: 'fits', budget_bytes: 4e10, total_bytes: facts['peak_bytes'] },
    ]);
  });
});
