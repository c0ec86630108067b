import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/lora/adapter.ts';
import { adapterLayout } from '../../src/lora/adapter.ts';
import { readPeftConfig, readPeftParameters, readTrainedOn, writePeftAdapter } from '../../src/lora/peft.ts';
import { readSafetensors, writeSafetensors, type SafetensorsTensor } from '../../src/lora/safetensors.ts';
import type { LoraTarget } from '../../src/lora/targets.ts';

const target = (module: string, inFeatures: number, outFeatures: number): LoraTarget => ({
  module,
  node: module,
  input: 'x',
  inFeatures,
  outFeatures,
  elementType: 'float32',
});

const query = 'model.layers.0.self_attn.q_proj';
const down = 'model.layers.0.mlp.down_proj';
const layout = adapterLayout([target(query, 3, 4), target(down, 5, 3)], 2);
const adapter: Adapter = {
  config: { rank: 2, alpha: 4 },
  layout,
  parameters: Float32Array.from({ length: layout.size }, (_, i) => i + 0.5),
};
const provenance = { baseModel: 'someone/model' };
const written = writePeftAdapter(adapter, provenance);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const configText = textOf(written['adapter_config.json']);
const tensorsOf = () => new Map(readSafetensors(written['adapter_model.safetensors']).tensors);
const floats = ({ bytes }: SafetensorsTensor) => [...new Float32Array(bytes.slice().buffer)];

describe('the weights of a PEFT folder', () => {
  it("have PyTorch's names, and A [r, in] and B [out, r]", () => {
    const { metadata, tensors } = readSafetensors(written['adapter_model.safetensors']);
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      [`base_model.model.${query}.lora_A.weight`, 'F32', [2, 3]],
      [`base_model.model.${query}.lora_B.weight`, 'F32', [4, 2]],
      [`base_model.model.${down}.lora_A.weight`, 'F32', [2, 5]],
      [`base_model.model.${down}.lora_B.weight`, 'F32', [3, 2]],
    ]);
    // In the flat vector A is [in, r]: its first column becomes the file's first row.
    expect(floats(tensors.get(`base_model.model.${query}.lora_A.weight`)!)).toEqual([0.5, 2.5, 4.5, 1.5, 3.5, 5.5]); // prettier-ignore
  });

  it('say what they were trained on, where that is known', () => {
    const trainedOn = { id: 'someone/model-ONNX', revision: '0123abc', dtype: 'q4' };
    const files = writePeftAdapter(adapter, { ...provenance, trainedOn });
    expect(readTrainedOn(files['adapter_model.safetensors'])).toEqual(trainedOn);
    expect(textOf(files['README.md'])).toContain('on the ONNX files of someone/model-ONNX@0123abc, q4.');
    expect(readTrainedOn(written['adapter_model.safetensors'])).toBeNull();
  });

  it('are read back as they were', () => {
    expect(readPeftParameters(written['adapter_model.safetensors'], layout)).toEqual(adapter.parameters);
  });

  const recorded = (file: string) =>
    readPeftParameters(
      new Uint8Array(readFileSync(new URL(`../fixtures/adapters/${file}.safetensors`, import.meta.url))),
      layout,
    );

  it.each(['float16', 'bfloat16'])('are widened from %s as PyTorch widens them, bit for bit', (type) => {
    const bits = (parameters: Float32Array) => [...new Uint32Array(parameters.buffer)];
    expect(bits(recorded(type))).toEqual(bits(recorded(`${type}.float32`)));
  });

  const name = `base_model.model.${down}.lora_B.weight`;
  const changed = (change: (tensors: Map<string, SafetensorsTensor>) => void) => {
    const tensors = tensorsOf();
    change(tensors);
    return () => readPeftParameters(writeSafetensors(tensors), layout);
  };
  const zeros = (dtype: 'F32' | 'F64', shape: number[], size: number): SafetensorsTensor => {
    return { dtype, shape, bytes: new Uint8Array(size) };
  };

  it('are refused when one is missing', () => {
    expect(changed((tensors) => tensors.delete(name))).toThrow(`The adapter lacks ${name}; it was trained on another model or other layers.`); // prettier-ignore
  });

  it("are refused when one is another model's", () => {
    const foreign = 'base_model.model.lm_head.lora_A.weight';
    expect(changed((tensors) => tensors.set(foreign, zeros('F32', [1], 4)))).toThrow(`The adapter has ${foreign}`); // prettier-ignore
  });

  it('are refused in another shape, even of the same size, or another type', () => {
    const give = (tensor: SafetensorsTensor) => changed((tensors) => tensors.set(name, tensor));
    expect(give(zeros('F32', [2, 3], 24))).toThrow(`${name} is [2, 3], this model takes [3, 2].`);
    expect(give(zeros('F64', [3, 2], 48))).toThrow(`${name} is F64; only F32, F16, BF16 can be loaded.`);
  });
});

describe('adapter_config.json', () => {
  const keys = ['alpha_pattern', 'auto_mapping', 'base_model_name_or_path', 'bias', 'fan_in_fan_out', 'inference_mode', 'init_lora_weights', 'layers_pattern', 'layers_to_transform', 'lora_alpha', 'lora_dropout', 'modules_to_save', 'peft_type', 'peft_version', 'r', 'rank_pattern', 'revision', 'target_modules', 'task_type', 'use_dora', 'use_rslora']; // prettier-ignore

  it('has the keys that every loader knows, sorted, two spaces deep', () => {
    const config = JSON.parse(configText) as Record<string, unknown>;
    expect(Object.keys(config)).toEqual(keys);
    expect(configText).toBe(`${JSON.stringify(config, null, 2)}\n`);
    expect(config).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: 'someone/model',
      r: 2,
      lora_alpha: 4,
      target_modules: ['down_proj', 'q_proj'],
      bias: 'none',
      use_rslora: false,
    });
  });

  it('is read back, rank-stabilized or not', () => {
    const expected = { rank: 2, alpha: 4, rankStabilized: false, targetModules: ['down_proj', 'q_proj'] };
    expect(readPeftConfig(configText)).toEqual(expected);
    const stabilized = { ...adapter, config: { ...adapter.config, rankStabilized: true } };
    const text = textOf(writePeftAdapter(stabilized, provenance)['adapter_config.json']);
    expect(readPeftConfig(text).rankStabilized).toBe(true);
  });

  const edited = (change: object) => () =>
    readPeftConfig(JSON.stringify({ ...(JSON.parse(configText) as object), ...change }));

  it.each<[string, () => unknown, RegExp]>([
    ['no JSON', () => readPeftConfig('{'), /is not a JSON object; choose the folder/],
    ['no object', () => readPeftConfig('null'), /is not a JSON object/],
    ['another method', edited({ peft_type: 'IA3' }), /peft_type is "IA3"; only LORA/],
    ['DoRA', edited({ use_dora: true }), /use_dora is set; only plain LoRA/],
    ['no rank', edited({ r: 0 }), /r must be a positive number, not 0/],
    ['no alpha', edited({ lora_alpha: '16' }), /lora_alpha must be a positive number, not "16"/],
    ['alphas by module', edited({ alpha_pattern: { q_proj: 8 } }), /alpha_pattern gives modules a value/],
    ['ranks by module', edited({ rank_pattern: { q_proj: 8 } }), /rank_pattern gives modules a value/],
  ])('is refused with %s', (_, read, message) => expect(read).toThrow(message));

  it("names its base in the card's front matter", () => {
    const card = textOf(written['README.md']);
    expect(card).toMatch(/^---\nlibrary_name: peft\nbase_model: someone\/model\n/);
    expect(card).toContain('- base_model:adapter:someone/model\n');
    expect(card).toContain('### Framework versions');
  });
});
