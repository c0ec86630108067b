import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import type { Attributes, Model } from '../../src/graph/model.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { randomCheckpoint, tinyConfigs } from './randomCheckpoint.ts';

const llama = { config: tinyConfigs.llama, tensors: randomCheckpoint('llama') };
const gemma = { config: tinyConfigs.gemma3, tensors: randomCheckpoint('gemma3') };
const realGemma = '../shared/graphs/gemma-3-4b/onnx/decoder_model_merged_';

const nodeNames = (model: Model) => model.graph.nodes.map(({ name }) => name);

describe('exportDecoder', () => {
  it('names the linear layers as LoRA looks for them', () => {
    const model = exportDecoder({ ...llama, dtype: 'q4' });
    const linear = model.graph.nodes.filter(({ opType }) => opType === 'MatMulNBits');
    expect(linear).toHaveLength(15);
    expect(linear[0]).toMatchObject({
      name: '/model/layers.0/attn/q_proj/MatMul_Quant',
      domain: 'com.microsoft',
      attributes: { K: { value: 64 }, N: { value: 64 }, bits: { value: 4 }, block_size: { value: 32 } },
    });
    expect(exportDecoder({ ...llama, dtype: 'fp32' }).graph.nodes.map(({ name }) => name)).toContain(
      '/model/layers.1/mlp/down_proj/MatMul',
    );
  });

  it('lays quantized weights out as the real exports do', () => {
    const { initializers } = exportDecoder({ ...llama, dtype: 'q4', zeroPoints: true, blockSize: 16 }).graph;
    const dims = (suffix: string) =>
      initializers.find(({ name }) => name === `lm_head_MatMul_weight_${suffix}`)?.dims;
    expect([dims('quant'), dims('scales'), dims('zp')]).toEqual([
      [50, 4, 8],
      [50, 4],
      [50, 2],
    ]);
  });

  it('adds the biases that the checkpoint has', () => {
    const { nodes } = exportDecoder({
      config: tinyConfigs.qwen2,
      tensors: randomCheckpoint('qwen2'),
      dtype: 'q4',
    }).graph;
    const biased = nodes.filter(
      ({ name }) => name.startsWith('/model/layers.1') && name.endsWith('_proj/Add'),
    );
    expect(biased.map(({ inputs }) => inputs[1])).toEqual(
      ['q', 'k', 'v'].map((part) => `model.layers.1.attn.${part}_proj.Add.bias`),
    );
    const attention = nodes.find(({ name }) => name === '/model/layers.1/attn/GroupQueryAttention');
    expect(attention?.inputs[0]).toBe('/model/layers.1/attn/q_proj/Add/output_0');
  });

  it('survives encoding and decoding', () => {
    const model = exportDecoder({ ...gemma, dtype: 'q4' });
    const again = decodeModel(encodeModel(model));
    expect(nodeNames(again)).toEqual(nodeNames(model));
    expect(again.graph.inputs.map(({ name, shape }) => [name, shape])).toEqual(
      model.graph.inputs.map(({ name, shape }) => [name, shape]),
    );
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['family', { model_type: 'mamba' }, /type mamba cannot be exported; supported are llama/],
    ['size', { hidden_size: undefined }, /needs hidden_size as a positive whole number/],
    ['activation', { hidden_act: 'relu2' }, /activation "relu2" is not supported/],
    ['rope', { rope_scaling: { rope_type: 'yarn' } }, /rope type "yarn" is not supported/],
    ['softcap', { final_logit_softcapping: 30 }, /sets final_logit_softcapping to 30/],
    [
      'shape',
      { intermediate_size: 100 },
      /model\.layers\.0\.mlp\.gate_proj\.weight is \[96, 64\].*expects \[100, 64\]/,
    ],
    ['layer count', { num_hidden_layers: 3 }, /lacks model\.layers\.2\./],
  ])('says which %s it cannot export', (_, change, message) => {
    expect(() => exportDecoder({ ...llama, config: { ...llama.config, ...change }, dtype: 'fp32' })).toThrow(
      message,
    );
  });

  it('names the dtypes it knows', () => {
    expect(() => exportDecoder({ ...llama, dtype: 'int4' as 'q4' })).toThrow(
      'supported are fp32, fp16, q8, q4, q4f16.',
    );
  });

  it('finds the embedding of a tied model under the name of its head', () => {
    const tensors = new Map(gemma.tensors);
    tensors.set('lm_head.weight', tensors.get('model.embed_tokens.weight')!);
    tensors.delete('model.embed_tokens.weight');
    const [named, renamed] = [gemma.tensors, tensors].map((source) =>
      encodeModel(exportDecoder({ ...gemma, tensors: source, dtype: 'fp32' })),
    );
    expect(Buffer.compare(renamed!, named!)).toBe(0);
  });
});

/** Node names, ops, inputs, outputs and attribute kinds of the real export's first layer against ours. */
describe.skipIf(!existsSync(`${realGemma}q4.onnx`))('the form of the real Gemma export', () => {
  const layerForm = (model: Model) =>
    model.graph.nodes
      .filter(({ name }) => /layers\.0\/|gqa_attention_bias|attn_mask_reformat|lm_head/.test(name))
      .map(({ name, opType, domain, inputs, outputs, attributes }) => ({
        name,
        opType,
        domain,
        inputs: inputs.map(comparable),
        outputs,
        attributes: comparableAttributes(attributes),
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
  // Ours embeds tokens itself, and the two models differ in size.
  const embedded = [
    'inputs_embeds',
    '/model/embed_tokens/Mul/output_0',
    '/model/graph_inputs/inputs_embeds/Cast/output_0',
  ];
  const comparable = (name: string) =>
    (embedded.includes(name) ? 'embedded' : name)
      .replace(/\[0, -1, \d+\]/, '[0, -1, n]')
      .replace(/layers\.\d+\/final/, 'layers.n/final');
  const isSizeIndependent = (name: string) => /approximate|rotary|bits|block|axis|to|stash/.test(name);
  const comparableAttributes = (attributes: Attributes) =>
    Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => [
        name,
        isSizeIndependent(name) ? attribute : attribute.type,
      ]),
    );

  it.each(['q4', 'q4f16'] as const)('is ours in %s', (dtype) => {
    const real = decodeModel(new Uint8Array(readFileSync(`${realGemma}${dtype}.onnx`)));
    const ours = exportDecoder({ ...gemma, dtype, zeroPoints: true });
    expect(layerForm(ours)).toEqual(layerForm(real));
  });
});

describe('what distinguishes Gemma', () => {
  const { graph } = exportDecoder({ ...gemma, dtype: 'fp32' });
  const values = (name: string) => {
    const data = graph.initializers.find((initializer) => initializer.name === name)?.data;
    if (!data || !('bytes' in data)) throw new Error(`${name} is missing`);
    return new Float32Array(data.bytes.slice().buffer);
  };
  const attention = graph.nodes.filter(({ opType }) => opType === 'GroupQueryAttention');

  it('is in its norms: 1 + weight', () => {
    const stored = new Float32Array(
      gemma.tensors.get('model.layers.0.self_attn.q_norm.weight')!.bytes.slice().buffer,
    );
    expect(values('model.layers.0.attn.q_norm.layernorm.weight')).toEqual(stored.map((value) => 1 + value));
  });

  it('is in its embedding: scaled by the root of its width', () => {
    const scale = graph.nodes.find(({ name }) => name === '/model/embed_tokens/Mul')?.inputs[1];
    expect(values(scale!)[0]).toBe(8);
  });

  it('is in its attention: scale, windows and rotary frequencies by layer', () => {
    expect(attention.map(({ attributes }) => attributes['local_window_size'])).toMatchObject([
      { value: 4 },
      { value: -1 },
    ]);
    expect(attention[0]!.attributes['scale']).toMatchObject({ value: Math.fround(24 ** -0.5) });
    expect(attention.map(({ inputs }) => inputs[7])).toEqual(['cos_cache_local', 'cos_cache_global']);
    // Position 3, second of 16 frequencies.
    expect(values('cos_cache_local')[3 * 16 + 1]).toBeCloseTo(Math.cos(3 * 10000 ** (-2 / 32)), 6);
    expect(values('sin_cache_global')[3 * 16 + 1]).toBeCloseTo(Math.sin(3 * 1000000 ** (-2 / 32)), 6);
  });
});
