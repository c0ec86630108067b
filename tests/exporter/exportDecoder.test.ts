import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportDecoder, type ExportOptions } from '../../src/exporter/exportDecoder.ts';
import type { Attributes, Model } from '../../src/graph/model.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from './randomCheckpoint.ts';

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
    ['family of an odd name', { model_type: 'constructor' }, /type constructor cannot be exported/],
    ['size', { hidden_size: undefined }, /needs hidden_size as a positive whole number/],
    ['activation', { hidden_act: 'relu2' }, /activation "relu2" is not supported/],
    ['rope', { rope_scaling: { rope_type: 'yarn' } }, /rope type "yarn" is not supported/],
    ['mixture of experts', { num_local_experts: 8 }, /sets num_local_experts to 8/],
    ['stretched rope', { rope_scaling: { type: 'longrope' } }, /rope type "longrope" is not supported/],
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

const exportOf = (family: TinyFamily, options: Partial<ExportOptions> = {}) =>
  exportDecoder({
    config: tinyConfigs[family],
    tensors: randomCheckpoint(family),
    dtype: 'fp32',
    ...options,
  });
/** The nodes of a layer and of the head, in order, without the layer's path. */
const layerNodes = (model: Model, layer: number) =>
  nodeNames(model)
    .filter((name) => name.startsWith(`/model/layers.${layer}/`) || name.startsWith('/lm_head/'))
    .map((name) => name.replace(`/model/layers.${layer}/`, ''));
const nodeNamed = (model: Model, name: string) => model.graph.nodes.find((node) => node.name === name)!;

describe('the form of a family', () => {
  it('is, for Phi-3, one product for query, key and value, and two for gate and up', () => {
    const model = exportOf('phi3');
    expect(layerNodes(model, 1)).toEqual([
      'input_layernorm/SkipLayerNorm',
      'attn/qkv_proj/MatMul',
      'attn/GroupQueryAttention',
      'attn/o_proj/MatMul',
      'post_attention_layernorm/SkipLayerNorm',
      'mlp/gate_proj/MatMul',
      'mlp/up_proj/MatMul',
      'mlp/act_fn/Sigmoid',
      'mlp/act_fn/Mul',
      'mlp/Mul',
      'mlp/down_proj/MatMul',
      ...['Neg', 'Unsqueeze', 'Slice'].map((op) => `/lm_head/num_logits_to_keep/${op}`),
      '/lm_head/MatMul',
    ]);
    const attention = nodeNamed(model, '/model/layers.1/attn/GroupQueryAttention');
    expect(attention.inputs.slice(0, 3)).toEqual(['/model/layers.1/attn/qkv_proj/MatMul/output_0', '', '']);
  });

  it('is, for Gemma 2, softcaps and norms before and after that are fused with the sums', () => {
    const model = exportOf('gemma2');
    expect(layerNodes(model, 1).filter((name) => /norm|softcap/.test(name))).toEqual([
      'input_layernorm/SkipLayerNorm',
      'post_attention_layernorm/LayerNorm',
      'pre_feedforward_layernorm/SkipLayerNorm',
      'post_feedforward_layernorm/LayerNorm',
      ...['Div', 'Tanh', 'Mul'].map((op) => `/lm_head/softcap/${op}`),
    ]);
    const windows = [0, 1].map(
      (layer) => nodeNamed(model, `/model/layers.${layer}/attn/GroupQueryAttention`).attributes,
    );
    expect(windows).toMatchObject([
      { softcap: { value: 2 }, local_window_size: { value: 4 } },
      { softcap: { value: 2 }, local_window_size: { value: -1 } },
    ]);
  });

  it('is, for Gemma 2 in half precision, a residual in single precision', () => {
    const model = exportOf('gemma2', { dtype: 'fp16' });
    const casts = model.graph.nodes.filter(
      ({ name, opType }) => opType === 'Cast' && /embed|layers\.[12]/.test(name),
    );
    expect(casts.map(({ name, attributes }) => [name.replace('/model/', ''), attributes['to']])).toEqual([
      ['embed_tokens/Cast', { type: 'int', value: 1 }],
      ['layers.1/input_layernorm/SkipLayerNorm/output_0/Cast', { type: 'int', value: 10 }],
      ['layers.1/post_attention_layernorm/LayerNorm/root_input/Cast', { type: 'int', value: 1 }],
      ['layers.1/pre_feedforward_layernorm/SkipLayerNorm/output_0/Cast', { type: 'int', value: 10 }],
      ['layers.1/post_feedforward_layernorm/LayerNorm/root_input/Cast', { type: 'int', value: 1 }],
      ['layers.2/final_norm_layernorm/SkipLayerNorm/output_0/Cast', { type: 'int', value: 10 }],
    ]);
  });

  it('is, for Granite, factors on embedding, branches and logits', () => {
    const model = exportOf('granite');
    const factors = model.graph.nodes.filter(({ name }) =>
      /embed_tokens\/Mul|residual_mul|lm_head\/Mul/.test(name),
    );
    expect(factors.map(({ name, inputs }) => [name, inputs[1]])).toEqual([
      ['/model/embed_tokens/Mul', '/model/constants/FLOAT/3.0'],
      ...[0, 0, 1, 1].map((layer, i) => [
        `/model/layers.${layer}/residual_mul/Mul_${(i % 2) + 1}`,
        '/model/constants/FLOAT/0.4',
      ]),
      ['/lm_head/Mul', '/model/constants/FLOAT/0.5'],
    ]);
    const { scale } = nodeNamed(model, '/model/layers.0/attn/GroupQueryAttention').attributes;
    expect(scale).toEqual({ type: 'float', value: Math.fround(0.2) });
  });

  it('is, for OLMo 2, norms behind the branches and over all heads at once', () => {
    const model = exportOf('olmo2');
    expect(layerNodes(model, 0).filter((name) => /norm|Add/.test(name))).toEqual([
      'attn/q_norm/SimplifiedLayerNormalization',
      'attn/k_norm/SimplifiedLayerNormalization',
      'post_attention_layernorm/LayerNorm',
      'Add_1',
      'post_feedforward_layernorm/LayerNorm',
      'Add_2',
    ]);
  });

  it('is, for SmolLM3, layers without rotation', () => {
    const model = exportOf('smollm3');
    const attention = [0, 1].map((layer) =>
      nodeNamed(model, `/model/layers.${layer}/attn/GroupQueryAttention`),
    );
    expect(attention.map(({ inputs, attributes }) => [inputs[7], attributes['do_rotary']])).toEqual([
      ['cos_cache', { type: 'int', value: 1 }],
      ['', { type: 'int', value: 0 }],
    ]);
  });

  it('is, packed on demand, one product with the biases side by side', () => {
    const { graph } = exportOf('qwen2', { packedAttention: true });
    const packed = graph.initializers.filter(({ name }) => name.startsWith('model.layers.1.attn.qkv_proj'));
    expect(packed.map(({ name, dims }) => [name, dims])).toEqual([
      ['model.layers.1.attn.qkv_proj.MatMul.weight', [64, 128]],
      ['model.layers.1.attn.qkv_proj.Add.bias', [128]],
    ]);
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
