import { describe, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { adapterLayout, targetModulesOf } from '../../src/lora/adapter.ts';
import { findLoraTargets, type LoraTarget } from '../../src/lora/targets.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from '../exporter/randomCheckpoint.ts';

const exportOf = (family: TinyFamily, packedAttention: boolean) =>
  exportDecoder({
    config: tinyConfigs[family],
    tensors: randomCheckpoint(family),
    dtype: 'q4',
    packedAttention,
  });
const sizes = (targets: readonly LoraTarget[]) =>
  targets
    .filter(({ module }) => module.startsWith('model.layers.0.'))
    .map(({ module, inFeatures, outFeatures }) => [
      module.slice('model.layers.0.'.length),
      inFeatures,
      outFeatures,
    ]);

describe("the modules of a model's own family", () => {
  it.each([true, false])("are Phi-3's packed ones, packed in the export or not (%s)", (packedAttention) => {
    const targets = findLoraTargets(exportOf('phi3', packedAttention), 'all-linear', 'phi3');
    expect(sizes(targets)).toEqual([
      ['self_attn.qkv_proj', 64, 256],
      ['self_attn.o_proj', 128, 64],
      ['mlp.gate_up_proj', 64, 192],
      ['mlp.down_proj', 96, 64],
    ]);
    expect(targetModulesOf(adapterLayout(targets, 2))).toEqual([
      'down_proj',
      'gate_up_proj',
      'o_proj',
      'qkv_proj',
    ]);
  });

  it("are Llama's, where the export packs them", () => {
    const apart = findLoraTargets(exportOf('llama', false), 'all-linear', 'llama');
    const packed = findLoraTargets(exportOf('llama', true), 'all-linear', 'llama');
    expect(sizes(packed)).toEqual(sizes(apart));
    expect(sizes(packed).slice(0, 3)).toEqual([
      ['self_attn.q_proj', 64, 64],
      ['self_attn.k_proj', 64, 32],
      ['self_attn.v_proj', 64, 32],
    ]);
    expect(packed[1]!.parts).toEqual([
      { node: '/model/layers.0/attn/qkv_proj/MatMul_Quant', offset: 64, width: 32, nodeWidth: 128 },
    ]);
  });

  it('are what the nodes are called, where the family is not known', () => {
    const targets = findLoraTargets(exportOf('llama', true), 'all-linear');
    expect(sizes(targets)[0]).toEqual(['self_attn.qkv_proj', 64, 128]);
  });

  it('can be chosen by name', () => {
    const model = exportOf('llama', true);
    expect(sizes(findLoraTargets(model, ['v_proj'], 'llama'))).toEqual([['self_attn.v_proj', 64, 32]]);
    expect(() => findLoraTargets(model, ['qkv_proj'], 'llama')).toThrow(
      'No linear layer is named qkv_proj; this model has q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.',
    );
  });
});
