import { describe, expect, it } from 'vitest';
import { exportDecoder, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { adapterLayout, scalingOf, targetModulesOf } from '../../src/lora/adapter.ts';
import { initializeAdapter } from '../../src/lora/initializeAdapter.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { quantizedForms, quantizeDecoder } from '../support/quantizedForms.ts';

const model = (dtype: ExportDtype) =>
  exportDecoder({ config: tinyConfigs.llama, tensors: randomCheckpoint('llama'), dtype });
const quantized = model('q4');

describe('the linear layers that LoRA can adapt', () => {
  it('are all of the blocks, in the order of the graph, and neither embedding nor head', () => {
    const targets = findLoraTargets(quantized, 'all-linear');
    const block = (i: number) => [
      ...['q', 'k', 'v', 'o'].map((name) => `model.layers.${i}.self_attn.${name}_proj`),
      ...['gate', 'up', 'down'].map((name) => `model.layers.${i}.mlp.${name}_proj`),
    ];
    expect(targets.map(({ module }) => module)).toEqual([...block(0), ...block(1)]);
    const sizes = targets.slice(0, 7).map(({ inFeatures, outFeatures }) => [inFeatures, outFeatures]);
    expect(sizes).toEqual([[64, 64], [64, 32], [64, 32], [64, 64], [64, 96], [64, 96], [96, 64]]); // prettier-ignore
  });

  it.each<ExportDtype>(['fp32', 'q8', 'q4f16'])('are the same in %s', (dtype) => {
    const shapes = (found: ExportDtype) =>
      findLoraTargets(model(found), 'all-linear').map(({ module, inFeatures, outFeatures }) => [
        module,
        inFeatures,
        outFeatures,
      ]);
    expect(shapes(dtype)).toEqual(shapes('q4'));
  });

  it.each(quantizedForms)('are the same in %s', (form) => {
    const found = findLoraTargets(quantizeDecoder(model('fp32'), form).quantized, 'all-linear');
    const sizes = (targets: typeof found) =>
      targets.map(({ module, inFeatures, outFeatures, elementType }) => ({ module, inFeatures, outFeatures, elementType })); // prettier-ignore
    expect(sizes(found)).toEqual(sizes(findLoraTargets(model('fp32'), 'all-linear')));
  });

  it('read the activation before it is rounded, and yield what is scaled back', () => {
    const { quantized: dynamic } = quantizeDecoder(model('fp32'), 'dynamic uint8');
    const [query] = findLoraTargets(dynamic, ['q_proj']);
    expect(query).toMatchObject({
      node: '/model/layers.0/attn/q_proj/MatMul_quant_output_scale_mul',
      input: findLoraTargets(model('fp32'), ['q_proj'])[0]!.input,
    });
  });

  it('know where halves are computed', () => {
    const types = (dtype: ExportDtype) => findLoraTargets(model(dtype), ['q_proj']).map((t) => t.elementType);
    expect([...types('q4'), ...types('q4f16')]).toEqual(['float32', 'float32', 'float16', 'float16']);
  });

  it('can be a subset by name', () => {
    const targets = findLoraTargets(quantized, ['v_proj', 'q_proj']);
    expect(targets.map(({ module }) => module.slice('model.layers.'.length))).toEqual([
      '0.self_attn.q_proj',
      '0.self_attn.v_proj',
      '1.self_attn.q_proj',
      '1.self_attn.v_proj',
    ]);
    expect(targetModulesOf(adapterLayout(targets, 2))).toEqual(['q_proj', 'v_proj']);
  });

  it('are listed where a name is unknown', () => {
    expect(() => findLoraTargets(quantized, ['q_proj', 'c_attn', 'lm_head'])).toThrow(
      'No linear layer is named c_attn, lm_head; this model has q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.',
    );
  });

  it('are looked for in vain in a graph that names its nodes otherwise', () => {
    const nodes = quantized.graph.nodes.map((node, i) => ({ ...node, name: `node_${i}` }));
    const renamed = { ...quantized, graph: { ...quantized.graph, nodes } };
    expect(() => findLoraTargets(renamed, 'all-linear')).toThrow(/the first MatMul node is named node_\d+/);
  });
});

describe('a fresh adapter', () => {
  const layout = adapterLayout(findLoraTargets(quantized, 'all-linear'), 4);

  it('has A within one over the root of its inputs, and B zero', () => {
    let calls = 0;
    const parameters = initializeAdapter(layout, () => (calls++ % 2 ? 0 : 1 - 2 ** -53));
    for (const { name, shape, offset, length } of layout.entries) {
      const values = parameters.subarray(offset, offset + length);
      const bound = name.endsWith('lora_A') ? Math.fround(1 / Math.sqrt(shape[0]!)) : 0;
      expect([Math.min(...values), Math.max(...values)].map(Math.abs), name).toEqual([bound, bound]);
    }
  });

  it('counts alpha over rank, or over its root when rank-stabilized', () => {
    expect(scalingOf({ rank: 16, alpha: 32 })).toBe(2);
    expect(scalingOf({ rank: 16, alpha: 32, rankStabilized: true })).toBe(8);
  });
});
