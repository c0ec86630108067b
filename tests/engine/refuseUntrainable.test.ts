import { describe, expect, it } from 'vitest';
import { loadGraph } from '../../src/engine/loadModel.ts';
import type { ModelFolder } from '../../src/engine/modelFolder.ts';
import {
  refuseUntrainableConfig,
  refuseUntrainableGraph,
  UntrainableModelError,
} from '../../src/engine/refuseUntrainable.ts';
import type { Model, ModelNode } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { readTraced, tracedFamilies } from '../support/tracedModels.ts';

const refusing = (config: object) => () => refuseUntrainableConfig(JSON.stringify(config));

const node = (opType: string, domain = '', attributes: ModelNode['attributes'] = {}): ModelNode => ({
  name: `/model/layers.0/${opType}`,
  opType,
  domain,
  inputs: [],
  outputs: ['logits'],
  attributes,
});

const model = (nodes: readonly ModelNode[], inputs: readonly string[] = []): Model => ({
  irVersion: 10,
  opsets: { '': 21 },
  graph: {
    name: 'decoder',
    nodes,
    inputs: inputs.map((name) => ({ name, elementType: 'float32', shape: [1, 2, 3] })),
    outputs: [{ name: 'logits', elementType: 'float32', shape: [1, 2, 3] }],
    initializers: [],
    valueInfos: [],
  },
});

describe('a model that cannot be trained', () => {
  it.each([
    ['Qwen3.5', { model_type: 'qwen3_5', text_config: { layer_types: ['linear_attention', 'full_attention'] } }, /^Qwen3\.5 has linear-attention layers/],
    ['Mixtral', { model_type: 'mixtral', num_local_experts: 8 }, /^Mixtral is a mixture of experts \(num_local_experts = 8\)/],
    ['Mamba', { model_type: 'mamba2' }, /^mamba2 has recurrent layers/],
  ])('%s is refused by its configuration, with a way out', (_, config, sentence) => {
    expect(refusing(config)).toThrow(UntrainableModelError);
    expect(refusing(config)).toThrow(sentence);
    expect(refusing(config)).toThrow('Choose a dense model');
  }); // prettier-ignore

  it.each([
    ['QMoE', 'com.microsoft', 'a mixture of experts'],
    ['LinearAttention', 'com.microsoft', 'gated delta net'],
    ['Scan', '', 'a recurrence'],
  ])('is refused by its op %s, inside branches too', (op, domain, what) => {
    const bare = model([node(op, domain)]);
    expect(() => refuseUntrainableGraph(bare)).toThrow(what);
    const branch = { type: 'graph', value: bare.graph } as const;
    const nested = model([node('If', '', { then_branch: branch })]);
    expect(() => refuseUntrainableGraph(nested)).toThrow(`node "/model/layers.0/${op}"`);
  });

  it('is refused by the state that it carries', () => {
    expect(() => refuseUntrainableGraph(model([node('Identity')], ['past_recurrent.0']))).toThrow(
      'gated delta net',
    );
    expect(() => refuseUntrainableGraph(model([node('Identity')], ['past_ssm.0']))).toThrow('Mamba');
  });

  it('is named by its type, even where that is what every object has', () => {
    const config = { model_type: 'constructor', num_experts: 8 };
    expect(refusing(config)).toThrow(/^constructor is a mixture of experts/);
  });

  it('is refused when its folder is opened, before its graph is read', async () => {
    const config = new TextEncoder().encode('{"model_type":"qwen3_next","layer_types":["linear_attention"]}');
    const read: string[] = [];
    const folder: ModelFolder = {
      name: 'a folder',
      read: (path) => {
        read.push(path);
        return Promise.resolve(path === 'config.json' ? config : encodeModel(model([node('Identity')])));
      },
      weights: () => Promise.resolve({ files: [] }),
    };
    await expect(loadGraph(folder, 'q4')).rejects.toThrow(/^Qwen3-Next has linear-attention layers/);
    expect(read).toEqual(['config.json']);
  });
});

it.each(tracedFamilies)('a traced %s is not refused', async (family) => {
  const { decoder, config } = await readTraced(family);
  expect(refusing(config)).not.toThrow();
  expect(() => refuseUntrainableGraph(decoder)).not.toThrow();
});
