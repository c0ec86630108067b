import { describe, expect, it } from 'vitest';
import { buildTrainingGraphs } from '../../src/compileTrainingModel.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { sizeOf } from '../../src/graph/graph.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import { readTraced, tracedBatch, tracedFamilies, type TracedFamily } from '../support/tracedModels.ts';

const attention = ['q_proj', 'k_proj', 'v_proj'].map((name) => `self_attn.${name}`);
const lfm2Forward = ['w1', 'w3', 'w2'].map((name) => `feed_forward.${name}`);
const lfm2Conv = ['conv.in_proj', 'conv.out_proj', ...lfm2Forward];
const gpt2Layer = ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'];
const neoxLayer = ['attention.query_key_value', 'attention.dense', 'mlp.dense_h_to_4h', 'mlp.dense_4h_to_h'];
const llamaLayer = [...attention, 'self_attn.o_proj', 'mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'];

/** PEFT's names of the linear layers, layer by layer. */
const modules: Readonly<Record<TracedFamily, readonly [prefix: string, layers: readonly string[][]]>> = {
  llama: ['model.layers', [llamaLayer, llamaLayer]],
  gpt2: ['transformer.h', [gpt2Layer, gpt2Layer]],
  gpt_neox: ['gpt_neox.layers', [neoxLayer, neoxLayer]],
  lfm2: ['model.layers', [lfm2Conv, [...attention, 'self_attn.out_proj', ...lfm2Forward], lfm2Conv]],
};

const training = async (family: TracedFamily, batchSize: number = tracedBatch.batchSize) =>
  buildTrainingGraphs(
    await readTraced(family),
    { kind: 'lora', rank: 4, alpha: 8, targetModules: 'all-linear' },
    { ...tracedBatch, batchSize, maxSupervised: 10 },
  );

/** Elements of the largest mask: a constant [.., T, T] that a node reads. */
const largestMask = ({ nodes }: Graph): number => {
  const constants = nodes.flatMap(({ node }) => node.inputs.filter((x) => x?.constant));
  const isMask = (shape: readonly number[]) =>
    shape.slice(-2).every((dim) => dim === tracedBatch.sequenceLength);
  return Math.max(...constants.map((x) => (isMask(x!.shape) ? sizeOf(x!.shape) : 0)));
};

describe.each(tracedFamilies)('a traced %s', { timeout: 60_000 }, (family) => {
  it('has the linear layers that PEFT adapts, under its names', async () => {
    const { decoder } = await readTraced(family);
    const [prefix, layers] = modules[family];
    const names = layers.flatMap((layer, i) => layer.map((name) => `${prefix}.${i}.${name}`));
    expect(findLoraTargets(decoder, 'all-linear').map(({ module }) => module)).toEqual(names);
  });

  it('leaves no arithmetic on shapes, positions or masks once batch and length are fixed', async () => {
    const { decoder } = await readTraced(family);
    const { forward } = await training(family);
    const integers = forward.nodes.filter(({ output }) => output.elementType === 'int64');
    expect(integers.map(({ node }) => node.name)).toEqual([]);
    const booleans = forward.nodes.filter(({ output }) => output.elementType === 'bool');
    // The loss alone compares: labels with token ids, once per chunk of logits.
    expect(booleans.map(({ node }) => node.op)).toEqual(['Equal']);
    expect(forward.nodes.length).toBeLessThan(165 * modules[family][1].length);
    expect(JSON.stringify(decoder.graph.nodes.map(({ opType }) => opType))).toMatch(/If|ConstantOfShape/);
  });

  it('keeps one mask for all rows of a batch', async () => {
    const { forward } = await training(family, 8);
    expect(largestMask(forward)).toBe(tracedBatch.sequenceLength ** 2);
  });
});
