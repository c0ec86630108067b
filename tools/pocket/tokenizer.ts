import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteLevelBpe } from './byteLevelBpe.ts';
import { corpusDocuments } from './corpus.ts';

export const specialTokens = ['<|pad|>', '<|bos|>', '<|end|>', '<|user|>', '<|assistant|>'] as const;

/** A system prompt, where there is one, opens the first user turn. */
const chatTemplate =
  "{{ '<|bos|>' }}{% set ns = namespace(system='') %}{% for message in messages %}" +
  "{% if message['role'] == 'system' %}{% set ns.system = message['content'] + '\\n' %}" +
  "{% elif message['role'] == 'user' %}{{ '<|user|>' + ns.system + message['content'] + '<|end|>' }}{% set ns.system = '' %}" +
  "{% else %}{{ '<|assistant|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

/** Learns the vocabulary from the first `documents` documents of the corpus with this seed. */
export function trainTokenizer(seed: number, vocabularySize: number, documents = 40_000): ByteLevelBpe {
  function* text() {
    let left = documents;
    for (const document of corpusDocuments(seed)) {
      if (left-- === 0) return;
      if (document.role === 'text') yield document.text;
      else yield* [document.user, document.assistant];
    }
  }
  return ByteLevelBpe.train(text(), vocabularySize, specialTokens);
}

const addedToken = (content: string, id: number) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/**
 * The Hub's `tokenizer.json`; like Llama's, it puts <|bos|> before plain text. It knows one spelling per word, in small
 * letters and with a space before it, so that a model this small need not learn that three of them mean the same.
 */
export function tokenizerJson(bpe: ByteLevelBpe): object {
  const bos = bpe.idOf('<|bos|>');
  const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };
  const replace = (from: string, to: string) => ({ type: 'Replace', pattern: { String: from }, content: to });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: bpe.specialTokens.map((token) => addedToken(token, bpe.idOf(token))),
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, replace('\n', '\n ')] },
    pre_tokenizer: byteLevel,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<|bos|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [
        { SpecialToken: { id: '<|bos|>', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 1 } },
      ],
      special_tokens: { '<|bos|>': { id: '<|bos|>', ids: [bos], tokens: ['<|bos|>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [byteLevel, replace('\n ', '\n'), { type: 'Strip', content: ' ', start: 1, stop: 0 }],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(bpe.vocabulary),
      merges: bpe.merges.map(([a, b]) => `${a} ${b}`),
    },
  };
}

/** Writes the tokenizer's files of a Hub model folder. `maxLength`: the model's context in tokens. */
export async function writeTokenizer(bpe: ByteLevelBpe, folder: string, maxLength: number): Promise<void> {
  const special = { bos_token: '<|bos|>', eos_token: '<|end|>', pad_token: '<|pad|>' };
  const ids = {
    bos_token_id: bpe.idOf('<|bos|>'),
    eos_token_id: bpe.idOf('<|end|>'),
    pad_token_id: bpe.idOf('<|pad|>'),
  };
  const files: Record<string, object> = {
    'tokenizer.json': tokenizerJson(bpe),
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      ...special,
      unk_token: null,
      model_max_length: maxLength,
      padding_side: 'left',
      clean_up_tokenization_spaces: false,
      chat_template: chatTemplate,
    },
    'special_tokens_map.json': special,
    'generation_config.json': { ...ids, do_sample: false, max_new_tokens: 64 },
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(
      join(folder, name),
      `${JSON.stringify(content, null, name === 'tokenizer.json' ? 0 : 2)}\n`,
    );
}

/** Reads back what `writeTokenizer` wrote. Throws where the file is no byte-level BPE of ours. */
export async function readTokenizer(folder: string): Promise<ByteLevelBpe> {
  const path = join(folder, 'tokenizer.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as {
    added_tokens?: { content: string }[];
    model?: { merges?: string[] };
  };
  if (!json.added_tokens || !json.model?.merges)
    throw new Error(`${path} has no merges; write it with "npx tsx tools/pocket/writeTokenizer.ts".`);
  return new ByteLevelBpe(
    json.added_tokens.map((t) => t.content),
    json.model.merges.map((m) => m.split(' ') as [string, string]),
  );
}
