import { expect, it } from 'vitest';
import { adapterLayout } from '../../src/lora/adapter.ts';
import { moduleOf } from '../../src/lora/moduleNames.ts';
import { writePeftAdapter } from '../../src/lora/peft.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import type { ModelNode } from '../../src/graph/model.ts';
import { readTraced, type TracedFamily } from '../support/tracedModels.ts';

const node = (name: string, opType = 'MatMul', weight = 'onnx::MatMul_1234'): ModelNode => ({
  name,
  opType,
  domain: '',
  inputs: ['x', weight],
  outputs: ['y'],
  attributes: {},
});

it.each([
  ['/model/layers.3/self_attn/q_proj/MatMul', 'model.layers.3.self_attn.q_proj'],
  ['/model/layers.3/attn/q_proj/MatMul_Q4', 'model.layers.3.self_attn.q_proj'],
  ['/model/layers.11/mlp/down_proj/MatMul_quant', 'model.layers.11.mlp.down_proj'],
  ['/transformer/h.0/attn/c_attn/Gemm', 'transformer.h.0.attn.c_attn'],
  ['/transformer/h.0/mlp/c_fc/Gemm_MatMul_quant', 'transformer.h.0.mlp.c_fc'],
  ['/gpt_neox/layers.5/attention/query_key_value/MatMul', 'gpt_neox.layers.5.attention.query_key_value'],
  ['/model/decoder/layers.2/self_attn/out_proj/MatMul', 'model.decoder.layers.2.self_attn.out_proj'],
  ['/model/layers.1/conv/in_proj/MatMul', 'model.layers.1.conv.in_proj'],
  ['/lm_head/MatMul', null],
  ['/model/embed_tokens/Gather', null],
])('node %s computes module %s', (name, module) => {
  expect(moduleOf(node(name))).toBe(module);
});

it('a numbered node is named after its weight', () => {
  expect(moduleOf(node('Gemm_71', 'Gemm', 'transformer.h.4.attn.c_attn.weight'))).toBe(
    'transformer.h.4.attn.c_attn',
  );
  expect(moduleOf(node('Gemm_71', 'Gemm', 'transformer.h.4.attn.c_attn.weight_merged_0'))).toBe(
    'transformer.h.4.attn.c_attn',
  );
  expect(moduleOf(node('MatMul_71'))).toBeNull();
});

it.each([
  ['gpt2', true],
  ['gpt_neox', false],
] as const)(
  'an adapter of %s says whether its weights are [in, out]',
  async (family: TracedFamily, expected) => {
    const { decoder } = await readTraced(family);
    const layout = adapterLayout(findLoraTargets(decoder, 'all-linear'), 2);
    const adapter = { config: { rank: 2, alpha: 4 }, layout, parameters: new Float32Array(layout.size) };
    const files = writePeftAdapter(adapter, { baseModel: 'openai-community/gpt2' });
    const config = JSON.parse(new TextDecoder().decode(files['adapter_config.json'])) as Record<
      string,
      unknown
    >;
    expect(config['fan_in_fan_out']).toBe(expected);
  },
);
