import { describe, expect, it } from 'vitest';
import { buildTrainingGraphs } from '../../src/compileTrainingModel.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { sizeOf } from '../../src/graph/graph.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import { readTraced, tracedBatch, tracedFamilies, type TracedFamily } from '../support/tracedModels.ts';

const layer = {
  llama: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj', 'self_attn.o_proj', 'mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'],
  gpt2: ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'],
  gpt_neox: ['attention.query_key_value', 'attention.dense', 'mlp.dense_h_to_4h', 'mlp.dense_4h_to_h'],
} as const; // prettier-ignore
const layers = { llama: 'model.layers', gpt2: 'transformer.h', gpt_neox: 'gpt_neox.layers' } as const;

const training = async (family: TracedFamily, batchSize: number = tracedBatch.batchSize) =>
  buildTrainingGraphs(
    await readTraced(family),
    { kind: 'lora', rank: 4, alpha: 8, targetModules: 'all-linear' },
    { ...tracedBatch, batchSize, maxSupervised: 10 },
  );

/** Elements of the largest constant that a node reads. */
const largestConstant = ({ nodes }: Graph): number =>
  Math.max(...nodes.flatMap(({ node }) => node.inputs.map((x) => (x?.constant ? sizeOf(x.shape) : 0))));

describe.each(tracedFamilies)('a traced %s', { timeout: 60_000 }, (family) => {
  it('has the linear layers that PEFT adapts, under its names', async () => {
    const { decoder } = await readTraced(family);
    const names = [0, 1].flatMap((i) => layer[family].map((name) => `${layers[family]}.${i}.${name}`));
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
    expect(forward.nodes.length).toBeLessThan(330);
    expect(JSON.stringify(decoder.graph.nodes.map(({ opType }) => opType))).toMatch(/If|ConstantOfShape/);
  });

  it('keeps one mask for all rows of a batch', async () => {
    const { forward } = await training(family, 8);
    expect(largestConstant(forward)).toBeLessThanOrEqual(tracedBatch.sequenceLength ** 2);
  });
});
