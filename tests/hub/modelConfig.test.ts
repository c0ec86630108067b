import { describe, expect, it } from 'vitest';
import { describeConfig } from '../../src/hub/modelConfig.ts';

const factsOf = (config: object) => describeConfig(JSON.stringify(config));

describe('a configuration tells about how many parameters a model has', () => {
  // The published numbers: 134.5 M, 494.0 M and 268.1 M.
  it.each([
    ['SmolLM2-135M', 134.5e6, { model_type: 'llama', hidden_size: 576, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, intermediate_size: 1536, vocab_size: 49152, tie_word_embeddings: true }], // prettier-ignore
    ['Qwen2.5-0.5B', 494e6, { model_type: 'qwen2', hidden_size: 896, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, intermediate_size: 4864, vocab_size: 151936, tie_word_embeddings: true }], // prettier-ignore
    ['Gemma-3-270m', 268.1e6, { model_type: 'gemma3_text', hidden_size: 640, num_hidden_layers: 18, num_attention_heads: 4, num_key_value_heads: 1, head_dim: 256, intermediate_size: 2048, vocab_size: 262144 }], // prettier-ignore
    ['GPT-2', 124.4e6, { model_type: 'gpt2', n_embd: 768, n_layer: 12, n_head: 12, vocab_size: 50257 }],
  ])('%s', (_, published, config) => {
    expect(factsOf(config).parameters! / published).toBeCloseTo(1, 1);
    expect(factsOf(config).obstacle).toBeNull();
  });

  it('or says nothing', () => {
    expect(factsOf({ model_type: 'llama' })).toMatchObject({ parameters: null, besideWeights: null });
  });
});

describe('a configuration tells about what training takes beside the weights', () => {
  it('near what was allocated for SmolLM2-135M, one row of 512 tokens, layers computed again', () => {
    const sizes = { hidden_size: 576, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, intermediate_size: 1536, vocab_size: 49152 }; // prettier-ignore
    // docs/memory.md
    const allocated = 226e6;
    expect(Math.abs(factsOf({ model_type: 'llama', ...sizes }).besideWeights! / allocated - 1)).toBeLessThan(
      0.15,
    );
  });

  it('which grows with the model', () => {
    const llama = { model_type: 'llama', hidden_size: 2048, num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, intermediate_size: 8192, vocab_size: 128256 }; // prettier-ignore
    const twice = { ...llama, num_hidden_layers: 32 };
    expect(factsOf(twice).besideWeights! / factsOf(llama).besideWeights!).toBeGreaterThan(1.5);
  });
});

describe('a configuration of nonsense', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  it.each([
    `"num_experts":${deep}`,
    '"num_experts":{"toString":1}',
    '"hidden_size":1e308,"num_hidden_layers":1e308,"num_attention_heads":1,"vocab_size":1',
    '"hidden_size":-1,"num_hidden_layers":1,"num_attention_heads":1,"vocab_size":5',
  ])('%# tells nothing', (fields) => {
    const facts = describeConfig(`{"model_type":"llama",${fields}}`);
    expect(facts).toMatchObject({ parameters: null, obstacle: null });
  });

  it('tells a short name', () => {
    expect(factsOf({ model_type: 'x'.repeat(10_000) }).modelType).toHaveLength(60);
  });
});

describe('a configuration tells why a model cannot be trained', () => {
  it.each([
    [{ model_type: 'qwen3_moe', num_experts: 128 }, 'qwen3_moe is a mixture of experts (num_experts = 128)'],
    [{ model_type: 'mixtral', num_local_experts: 8 }, 'mixtral is a mixture of experts'],
    [{ model_type: 'qwen3_5', text_config: { layer_types: ['linear_attention', 'full_attention'] } }, 'qwen3_5 has linear-attention layers'], // prettier-ignore
    [{ model_type: 'mamba2' }, 'mamba2 has recurrent layers'],
    [{ model_type: 't5', is_encoder_decoder: true }, 't5 is an encoder with a decoder'],
  ])('%o', (config, reason) => {
    expect(factsOf(config).obstacle).toContain(reason);
  });

  it('and is refused where it is no object', () => {
    expect(() => describeConfig('<html>')).toThrow('not a JSON object');
  });
});
