import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { readModelConfig } from '../../src/engine/modelConfig.ts';
import { EvaluationFormatError, parseEvaluationItems } from '../../src/evaluation/parseItems.ts';
import { ConfigFormatError } from '../../src/exporter/configFormatError.ts';
import { readDecoderConfig } from '../../src/exporter/decoderConfig.ts';
import { loadTokenizer, TokenizerFormatError } from '../../src/generation/loadTokenizer.ts';
import { adapterLayout } from '../../src/lora/adapter.ts';
import {
  AdapterFormatError,
  readPeftConfig,
  readPeftParameters,
  writePeftAdapter,
} from '../../src/lora/peft.ts';
import { readSafetensors, SafetensorsFormatError, writeSafetensors } from '../../src/lora/safetensors.ts';
import type { Random } from '../../src/random.ts';
import { DomainFormatError, parseDomain } from '../../src/specialize/domain.ts';
import { parsePromptRows, parseTrainingRows, RowFormatError } from '../../src/text/rows.ts';
import { CheckpointFormatError, decodeCheckpoint, encodeCheckpoint } from '../../src/training/checkpoint.ts';
import { AdapterZipError, unzipAdapter } from '../../src/ui/store/adapterZip.ts';
import { tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { fuzzGraphReader } from './fuzzGraph.ts';
import { mutateBytes } from './fuzzBytes.ts';
import { hubReaders } from './fuzzHub.ts';
import { mutateJson } from './fuzzJson.ts';
import { fuzzOnnxReader } from './fuzzOnnx.ts';
import { sourceReaders } from './fuzzSources.ts';
import { storedReaders } from './fuzzStored.ts';
import { damagedFiles, damagedJson, type FuzzedReader } from './fuzzRun.ts';

const root = new URL('../../', import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, root)));
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8');
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const sizeOf = (input: Uint8Array) => input.length;

const linear = (module: string, inFeatures: number, outFeatures: number) =>
  ({ module, node: module, input: 'x', inFeatures, outFeatures, elementType: 'float32' }) as const;

const layout = adapterLayout(
  [linear('model.layers.0.self_attn.q_proj', 3, 4), linear('model.layers.0.mlp.down_proj', 5, 3)],
  2,
);
const adapter = {
  config: { rank: 2, alpha: 4 },
  layout,
  parameters: Float32Array.from({ length: layout.size }, (_, i) => i),
};
const adapterFiles = writePeftAdapter(adapter, { baseModel: 'someone/model' });

const safetensors: FuzzedReader = {
  name: 'safetensors',
  errors: [SafetensorsFormatError],
  input: damagedFiles([
    bytesOf('tests/fixtures/trajectories/llama/adapter_initial.safetensors').subarray(0),
    adapterFiles['adapter_model.safetensors'],
  ]),
  sizeOf,
  read: (bytes) => {
    const { tensors, metadata } = readSafetensors(bytes);
    const again = readSafetensors(writeSafetensors(tensors, metadata));
    if (again.tensors.size !== tensors.size)
      throw new Error('Tensors were lost on the way out and in again.');
  },
};

const adapterConfig: FuzzedReader = {
  name: 'adapter_config.json',
  errors: [AdapterFormatError],
  input: damagedJson([decode(adapterFiles['adapter_config.json'])]),
  sizeOf,
  read: (bytes) => {
    const { rank } = readPeftConfig(decode(bytes));
    if (!Number.isSafeInteger(rank)) throw new Error(`A rank of ${rank} was accepted.`);
  },
};

const adapterWeights: FuzzedReader = {
  name: 'adapter weights',
  errors: [AdapterFormatError, SafetensorsFormatError],
  input: damagedFiles([adapterFiles['adapter_model.safetensors']]),
  sizeOf,
  read: (bytes) => readPeftParameters(bytes, layout),
};

const adapterZip: FuzzedReader = {
  name: 'adapter zip',
  errors: [AdapterZipError],
  input: damagedFiles([zipSync(adapterFiles), zipSync({ folder: adapterFiles }, { level: 0 })]),
  sizeOf,
  read: (bytes) => unzipAdapter('adapter.zip', bytes),
};

/** Damage to its header as JSON, to the file as bytes, and to bytes whose checksum is right again. */
const checkpoint: FuzzedReader = {
  name: 'checkpoint',
  errors: [CheckpointFormatError],
  input: (random) => {
    const config = { rank: 2, learningRate: 1e-4, schedule: 'linear', shuffle: true };
    const vector = Float32Array.of(1, 2, 3);
    const vectors = { parameters: vector, firstMoment: vector, secondMoment: vector };
    const file = encodeCheckpoint({ step: 3, tokens: 100, config, ...vectors });
    return random.next() < 0.5 ? mutateBytes(random, file) : withHeader(random, file);
  },
  sizeOf,
  read: decodeCheckpoint,
};

function withHeader(random: Random, file: Uint8Array): Uint8Array {
  const at = file.indexOf(10) + 1;
  const length = new DataView(file.buffer).getUint32(at, true);
  const header: unknown = JSON.parse(decode(file.subarray(at + 4, at + 4 + length)));
  const text = new TextEncoder().encode(mutateJson(random, header));
  const start = Math.ceil((at + 4 + text.length) / 4) * 4;
  const changed = new Uint8Array(start + 36);
  changed.set(file.subarray(0, at));
  new DataView(changed.buffer).setUint32(at, text.length, true);
  changed.set(text, at + 4);
  changed.set(file.subarray(-36), start);
  return changed;
}

const tokenizerFiles = {
  'tokenizer.json': JSON.stringify(
    cutTokenizer(JSON.parse(textOf('public/models/pocket/tokenizer.json')) as RealTokenizer),
  ),
  'tokenizer_config.json': textOf('public/models/pocket/tokenizer_config.json'),
  'generation_config.json': textOf('public/models/pocket/generation_config.json'),
  'config.json': textOf('public/models/pocket/config.json'),
};

interface RealTokenizer {
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly unknown[] };
}

/** The real tokenizer with its first tokens only, so that an input is read in a millisecond. */
function cutTokenizer(tokenizer: RealTokenizer): RealTokenizer {
  const vocab = Object.fromEntries(Object.entries(tokenizer.model.vocab).slice(0, 300));
  const merges = tokenizer.model.merges.filter((merge) => {
    const parts = typeof merge === 'string' ? merge.split(' ') : (merge as string[]);
    return Object.hasOwn(vocab, parts.join(''));
  });
  return { ...tokenizer, model: { ...tokenizer.model, vocab, merges } };
}

/** One of a tokenizer's files damaged, the others whole. */
const tokenizer = (file: keyof typeof tokenizerFiles): FuzzedReader => ({
  name: file === 'config.json' ? 'config.json (end token)' : file,
  errors: [TokenizerFormatError],
  input: damagedJson([tokenizerFiles[file]]),
  sizeOf,
  read: async (bytes) => {
    const files: Readonly<Record<string, string>> = { ...tokenizerFiles, [file]: decode(bytes) };
    const loaded = await loadTokenizer((name) => Promise.resolve(files[name] ?? null));
    loaded.decode(loaded.encode('Two words, 3 numbers.', true));
    loaded.applyChatTemplate([{ role: 'user', content: 'Hello' }], true);
  },
});

const modelConfig: FuzzedReader = {
  name: 'config.json (model)',
  errors: [ConfigFormatError],
  input: damagedJson([
    tokenizerFiles['config.json'],
    textOf('tests/fixtures/trajectories/gemma3/config.json'),
  ]),
  sizeOf,
  read: (bytes) => readModelConfig(decode(bytes), 'model/config.json'),
};

const decoderConfig: FuzzedReader = {
  name: 'config.json (exporter)',
  errors: [ConfigFormatError],
  input: (random) => {
    const configs = Object.values(tinyConfigs);
    return new TextEncoder().encode(mutateJson(random, configs[random.below(configs.length)]));
  },
  sizeOf,
  read: (bytes) => readDecoderConfig(JSON.parse(decode(bytes)) as Record<string, unknown>),
};

const domain: FuzzedReader = {
  name: 'domain',
  errors: [DomainFormatError],
  input: damagedJson([shortDomain('biomedicine'), shortDomain('finance')]),
  sizeOf,
  read: (bytes) => parseDomain(decode(bytes)),
};

/** A real domain with three rows per list. */
function shortDomain(id: string): string {
  const real = JSON.parse(textOf(`public/domains/${id}.json`)) as Record<string, unknown>;
  const cut = Object.entries(real).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.slice(0, 3) : value,
  ]);
  return JSON.stringify(Object.fromEntries(cut));
}

const rowLines = [
  { prompt: 'a', completion: 'b' },
  { messages: [{ role: 'system', content: 's' }, { role: 'user', content: 'q' }, { role: 'assistant', content: 'a' }] }, // prettier-ignore
  {
    instruction: 'do',
    input: 'this',
    output: 'done',
    system: 'be brief',
    id: 'x',
    task: 't',
    labels: ['done', 'not'],
  },
];

/** JSONL of which one line is damaged as JSON, or the whole as bytes. */
const lines = (random: Random): Uint8Array => {
  const damaged = random.below(rowLines.length);
  const text = rowLines.map((row, i) => (i === damaged ? mutateJson(random, row) : JSON.stringify(row)));
  const bytes = new TextEncoder().encode(text.join('\n'));
  return random.next() < 0.3 ? mutateBytes(random, bytes) : bytes;
};

const trainingRows: FuzzedReader = {
  name: 'training rows',
  errors: [RowFormatError],
  input: lines,
  sizeOf,
  read: (bytes) => parseTrainingRows(decode(bytes)),
};

const promptRows: FuzzedReader = {
  ...trainingRows,
  name: 'prompt rows',
  read: (bytes) => parsePromptRows(decode(bytes)),
};

const evaluationItems: FuzzedReader = {
  name: 'evaluation items',
  errors: [EvaluationFormatError],
  input: (random) => {
    const bytes = new TextEncoder().encode(mutateJson(random, rowLines[random.below(2) * 2]));
    return random.next() < 0.3 ? mutateBytes(random, bytes) : bytes;
  },
  sizeOf,
  read: (bytes) => parseEvaluationItems(decode(bytes)),
};

/** A reader under a type that all of them share: what it makes it reads itself. */
export type AnyReader = FuzzedReader<unknown>;

/** Everything that takes bytes or text from outside. */
export const fuzzedReaders = [
  fuzzOnnxReader, fuzzGraphReader,
  safetensors, adapterConfig, adapterWeights, adapterZip, checkpoint,
  tokenizer('tokenizer.json'), tokenizer('tokenizer_config.json'), tokenizer('generation_config.json'), tokenizer('config.json'),
  modelConfig, decoderConfig, domain, trainingRows, promptRows, evaluationItems, ...hubReaders, ...storedReaders, ...sourceReaders,
] as unknown as readonly AnyReader[]; // prettier-ignore
