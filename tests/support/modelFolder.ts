import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

const specials = ['<s>', '</s>', '<|im_start|>', '<|im_end|>'];
const letters = 'a b c d e f g h i j k l m n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9 . ? : , # Ġ Ċ'.split(
  ' ',
);

/** A byte-level tokenizer without merges: every character is a token. */
const tokenizer = {
  version: '1.0',
  added_tokens: specials.map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries([...specials, ...letters].map((token, id) => [token, id])),
    merges: [],
  },
};

/** A folder for one test's files, gone with it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a model of random weights, in the layout of the Hub, that Whittle can load: about 100,000 parameters in 4 bits. */
export function writeModelFolder(folder: string, contextLength = 128): string {
  const config = { ...tinyConfigs.llama, max_position_embeddings: contextLength, eos_token_id: 1 };
  const model = exportDecoder({ config, tensors: randomCheckpoint('llama'), dtype: 'q4' });
  const json = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx/model_q4.onnx'), encodeModel(model));
  json('config.json', { ...config, architectures: ['LlamaForCausalLM'], _name_or_path: 'whittle/tiny' });
  json('tokenizer.json', tokenizer);
  json('tokenizer_config.json', {
    tokenizer_class: 'GPT2TokenizerFast',
    bos_token: '<s>',
    eos_token: '</s>',
    chat_template:
      '{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|>{% endif %}',
  });
  return folder;
}
