import { listModels, recordModel } from '../../src/hub/modelCache.ts';
import { describeConfig } from '../../src/hub/modelConfig.ts';
import { parseModelReference } from '../../src/hub/modelReference.ts';
import { parseRepository } from '../../src/hub/repository.ts';
import type { Random } from '../../src/random.ts';
import { mutateBytes } from './fuzzBytes.ts';
import { mutateJson } from './fuzzJson.ts';
import { damagedJson, type FuzzedReader } from './fuzzRun.ts';
import { memoryStore } from './memoryStore.ts';

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const sizeOf = (input: Uint8Array) => input.length;

const configs = [
  { model_type: 'llama', hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 100, tie_word_embeddings: true },
  { model_type: 'qwen3_moe', num_experts: 8, layer_types: ['linear_attention'], is_encoder_decoder: true },
  { model_type: 'gemma3', text_config: { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 100 } },
].map((config) => JSON.stringify(config)); // prettier-ignore

/** What is told of a model before its download. */
const hubConfig: FuzzedReader = {
  name: 'config.json (hub)',
  errors: [Error],
  input: damagedJson(configs),
  sizeOf,
  read: (bytes) => {
    const { modelType, parameters, obstacle } = describeConfig(decode(bytes));
    if (parameters !== null && !(Number.isSafeInteger(parameters) && parameters > 0))
      throw new TypeError(`${parameters} parameters were counted.`);
    if (modelType.length > 100 || (obstacle?.length ?? 0) > 300)
      throw new TypeError('What is told is too long.');
  },
};

const sha = '0123456789abcdef0123456789abcdef01234567';
const answer = {
  sha,
  siblings: [
    { rfilename: 'config.json', size: 100, blobId: sha },
    { rfilename: 'onnx/model_q4.onnx', size: 1e6, lfs: { sha256: sha } },
  ],
  cardData: { license: 'other', license_name: 'own' },
  tags: ['license:mit', 'onnx'],
  gated: false,
  safetensors: { total: 1000 },
};

/** The Hub's answer about a model. */
const repository: FuzzedReader = {
  name: 'hub answer',
  errors: [Error],
  input: (random) => new TextEncoder().encode(mutateJson(random, answer)),
  sizeOf,
  read: (bytes) => {
    const { files } = parseRepository(JSON.parse(decode(bytes)), { id: 'someone/model', revision: 'main' });
    if (!files.every(({ size }) => size >= 0)) throw new TypeError('A file of a negative size was accepted.');
  },
};

const references = [
  'someone/model-ONNX@v1.0',
  'https://huggingface.co/someone/model/tree/refs%2Fpr%2F3/onnx',
];

/** What a person types to name a model. */
const reference: FuzzedReader = {
  name: 'model reference',
  errors: [Error],
  input: (random) => mutateBytes(random, new TextEncoder().encode(references[random.below(2)])),
  sizeOf,
  read: (bytes) => parseModelReference(decode(bytes)),
};

const stored = {
  id: 'someone/model',
  commit: 'abc123',
  revision: 'main',
  license: 'mit',
  parameters: 1000,
  files: [{ path: 'config.json', size: 2 }, { path: 'onnx/model_q4.onnx', size: 2 }],
}; // prettier-ignore

/** The notes beside stored models: one of two is damaged, the other must be found all the same. */
const modelNotes: FuzzedReader = {
  name: 'model notes',
  errors: [Error],
  input: (random: Random) => {
    const note = { ...stored, revisions: ['main'], storedAt: 1 };
    return new TextEncoder().encode(mutateJson(random, note));
  },
  sizeOf,
  read: async (bytes) => {
    const store = memoryStore();
    await recordModel(store, stored, 1);
    await store.write('models/someone/model/def456/whittle.json', bytes);
    const found = await listModels(store);
    if (!found.some(({ commit }) => commit === stored.commit)) throw new TypeError('A whole model was lost.');
    // Not told to anyone, but both must occur.
    if (found.length === 1) throw new Error('The note is damaged.');
  },
};

export const hubReaders = [hubConfig, repository, reference, modelNotes];
