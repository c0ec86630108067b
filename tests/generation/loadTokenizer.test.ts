import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../src/generation/loadTokenizer.ts';

const vocabulary = ['<s>', '</s>', '<|im_end|>', '<|im_start|>', 'Ġ', 'a', 'b', 'Ċ'];
const tokenizerJson = {
  version: '1.0',
  added_tokens: vocabulary
    .slice(0, 4)
    .map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    merges: [],
  },
};
const template =
  '{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>{% endif %}';
const config = {
  tokenizer_class: 'GPT2TokenizerFast',
  bos_token: '<s>',
  eos_token: '</s>',
  chat_template: template,
};

/** Reads from an object; values that are not text are written as JSON. */
function folder(files: Record<string, unknown>) {
  const all: Record<string, unknown> = {
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': config,
    ...files,
  };
  return async (name: string) => {
    const file = all[name];
    if (file === undefined) return null;
    return typeof file === 'string' ? file : JSON.stringify(file);
  };
}

describe('a tokenizer', () => {
  it('adds special tokens only when asked', async () => {
    const tokenizer = await loadTokenizer(folder({}));
    expect(tokenizer.encode('a b', true)).toEqual([0, 5, 4, 6]);
    expect(tokenizer.encode('a b', false)).toEqual([5, 4, 6]);
  });

  it('decodes with and without special tokens, and nothing to nothing', async () => {
    const tokenizer = await loadTokenizer(folder({}));
    expect(tokenizer.decode([0, 5, 4, 6])).toBe('a b');
    expect(tokenizer.decode([0, 5], true)).toBe('<s>a');
    expect(tokenizer.decode([])).toBe('');
  });

  it('renders conversations with its own template', async () => {
    const tokenizer = await loadTokenizer(folder({}));
    const turns = [{ role: 'user', content: 'ab' }];
    expect(tokenizer.applyChatTemplate(turns, true)).toEqual([3, 5, 6, 2, 7, 3]);
    expect(tokenizer.applyChatTemplate(turns, false)).toEqual([3, 5, 6, 2, 7]);
  });

  it('prefers a template in a file of its own', async () => {
    const tokenizer = await loadTokenizer(folder({ 'chat_template.jinja': '{{ messages[0].content }}' }));
    expect(tokenizer.applyChatTemplate([{ role: 'user', content: 'ab' }], false)).toEqual([5, 6]);
  });

  it('has a plain layout without a template', async () => {
    const tokenizer = await loadTokenizer(
      folder({ 'tokenizer_config.json': { ...config, chat_template: undefined } }),
    );
    expect(tokenizer.hasChatTemplate).toBe(false);
    expect(tokenizer.applyChatTemplate([{ role: 'assistant', content: 'ab' }], false).at(-1)).toBe(1);
  });

  it('ends at the tokens that the generation configuration adds', async () => {
    const tokenizer = await loadTokenizer(folder({ 'generation_config.json': { eos_token_id: [1, 2] } }));
    expect(tokenizer.eosTokenId).toBe(1);
    expect(tokenizer.endTokenIds).toEqual([1, 2]);
  });

  it('pads with the end token where there is no other', async () =>
    expect((await loadTokenizer(folder({}))).padTokenId).toBe(1));

  it('needs an end token', async () => {
    const files = { 'tokenizer_config.json': { ...config, eos_token: undefined } };
    await expect(loadTokenizer(folder(files))).rejects.toThrow(/names no end token/);
  });

  it('needs its files', async () => {
    await expect(loadTokenizer(async () => null)).rejects.toThrow(
      "The model's folder has no tokenizer.json.",
    );
    await expect(loadTokenizer(folder({ 'tokenizer.json': '{' }))).rejects.toThrow(
      /tokenizer.json is not JSON/,
    );
  });
});
