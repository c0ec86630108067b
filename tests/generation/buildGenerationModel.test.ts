import { describe, expect, it } from 'vitest';
import { addAttentionBias } from '../../src/generation/attentionBias.ts';
import { buildGenerationModel, cacheOutputs } from '../../src/generation/buildGenerationModel.ts';
import { keepLastLogits } from '../../src/generation/lastLogits.ts';
import type { Model, ModelNode, ValueInfo } from '../../src/graph/model.ts';
import { tinyDecoder } from '../support/tinyDecoder.ts';

const model = tinyDecoder();
const attention = (of: Model) => of.graph.nodes.filter(({ opType }) => opType === 'GroupQueryAttention');

/** The model with changes to its graph. */
const changed = (graph: Partial<Model['graph']>): Model => ({
  ...model,
  graph: { ...model.graph, ...graph },
});
const without = (input: string) =>
  changed({ inputs: model.graph.inputs.filter(({ name }) => name !== input) });
const input = (name: string): ValueInfo => ({ name, elementType: 'int64', shape: [] });
const node = (opType: string, inputs: string[], outputs: string[]): ModelNode => ({
  opType,
  name: outputs[0]!,
  domain: '',
  inputs,
  outputs,
  attributes: {},
});

describe('the attention bias', () => {
  it('reaches every attention node, with lengths that count padding', () => {
    const inputs = attention(addAttentionBias(model)).map((found) => found.inputs);
    expect(inputs).toHaveLength(2);
    for (const found of inputs) {
      expect(found.slice(5)).toEqual([
        'whittle/attention_bias/seqlens_k',
        'total_length',
        'cos_cache',
        'sin_cache',
        '',
        'whittle/attention_bias/bias',
      ]);
    }
  });

  it('is left alone where the export has one', () => {
    const biased = changed({
      nodes: model.graph.nodes.map((found) =>
        found.opType === 'GroupQueryAttention'
          ? { ...found, inputs: [...found.inputs, '', 'own_bias'] }
          : found,
      ),
    });
    expect(addAttentionBias(biased)).toBe(biased);
  });

  it('has the element type of the cache', () => {
    const half = changed({
      inputs: model.graph.inputs.map((found) =>
        found.name.startsWith('past') ? { ...found, elementType: 'float16' as const } : found,
      ),
    });
    const cast = addAttentionBias(half).graph.nodes.find(
      ({ name }) => name === 'whittle/attention_bias/mask',
    );
    expect(cast?.attributes.to).toEqual({ type: 'int', value: 10 });
  });

  it.each(['attention_mask', 'input_ids'])('needs the input %s', (name) =>
    expect(() => addAttentionBias(without(name))).toThrow(
      /^Node \/model\/layers.0\/attn\/GroupQueryAttention \(GroupQueryAttention\) needs .* the graph lacks/,
    ),
  );
});

describe('the last logits', () => {
  const slices = (of: Model) => of.graph.nodes.filter(({ opType }) => opType === 'Slice');

  it('come from hidden states sliced before the lm_head', () => {
    const sliced = keepLastLogits(model);
    expect(slices(sliced)[0]?.inputs[0]).toBe('/model/norm/out');
    expect(sliced.graph.nodes.find(({ outputs }) => outputs.includes('logits'))?.inputs[0]).toBe(
      slices(sliced)[0]?.outputs[0],
    );
  });

  it('are found through a softcap and a cast', () => {
    const nodes = model.graph.nodes.map((found) =>
      found.outputs[0] === 'logits' ? { ...found, outputs: ['raw'] } : found,
    );
    const softcap = [
      node('Div', ['raw', 'cap'], ['divided']),
      node('Tanh', ['divided'], ['bounded']),
      node('Mul', ['cap', 'bounded'], ['capped']),
      node('Cast', ['capped'], ['logits']),
    ];
    expect(slices(keepLastLogits(changed({ nodes: [...nodes, ...softcap] })))[0]?.inputs[0]).toBe(
      '/model/norm/out',
    );
  });

  it('are left to the export that can do it itself', () => {
    const able = changed({ inputs: [...model.graph.inputs, input('num_logits_to_keep')] });
    expect(keepLastLogits(able)).toBe(able);
  });

  it('need an lm_head', () => {
    const nodes = model.graph.nodes.map((found) =>
      found.outputs[0] === 'logits' ? { ...found, opType: 'Conv' } : found,
    );
    expect(() => keepLastLogits(changed({ nodes }))).toThrow(/"logits": node \/lm_head\/MatMul is a Conv/);
  });
});

describe('the generation graph', () => {
  it('changes neither the model it is made from nor its weights', () => {
    const before = structuredClone(model);
    const built = buildGenerationModel(model, []);
    expect(model).toEqual(before);
    expect(built.graph.initializers.slice(0, model.graph.initializers.length)).toEqual(
      model.graph.initializers,
    );
  });

  it('knows its cache outputs', () =>
    expect(cacheOutputs(model)).toEqual([
      'present.0.key',
      'present.0.value',
      'present.1.key',
      'present.1.value',
    ]));
});
