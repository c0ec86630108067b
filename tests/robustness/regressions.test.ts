import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { checkWeightRanges } from '../../src/engine/weightRanges.ts';
import { readModelConfig } from '../../src/engine/modelConfig.ts';
import { EvaluationFormatError, parseEvaluationItems } from '../../src/evaluation/parseItems.ts';
import { ConfigFormatError } from '../../src/exporter/configFormatError.ts';
import { readDecoderConfig } from '../../src/exporter/decoderConfig.ts';
import { loadTokenizer, TokenizerFormatError } from '../../src/generation/loadTokenizer.ts';
import type { Initializer, Model, ModelGraph, ModelNode } from '../../src/graph/model.ts';
import { AdapterFormatError, readPeftConfig, readPeftParameters } from '../../src/lora/peft.ts';
import { readSafetensors, SafetensorsFormatError, writeSafetensors } from '../../src/lora/safetensors.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel, encodeSelfContained } from '../../src/onnx/encode.ts';
import { TensorProto_DataType as DataType } from '../../src/onnx/generated/onnx_pb.ts';
import { OnnxFormatError } from '../../src/onnx/onnxFormatError.ts';
import { DomainFormatError, parseDomain } from '../../src/specialize/domain.ts';
import { AdapterZipError, unzipAdapter } from '../../src/ui/store/adapterZip.ts';
import { tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { countingBytes, modelBytes } from '../onnx/sampleProto.ts';
import { inspectModel } from '../support/fuzzGraph.ts';
import { tinyDecoder } from '../support/tinyDecoder.ts';

// What fuzzing once found, one case each.

const deep = '['.repeat(20_000) + ']'.repeat(20_000);

describe('text that nests too deeply to be written out again', () => {
  it.each<[string, () => unknown, new () => Error]>([
    ['a domain', () => parseDomain(`{"name":${deep},"seeds":[]}`), DomainFormatError],
    ['an evaluation item', () => parseEvaluationItems(`{"instruction":${deep},"output":"x"}`), EvaluationFormatError],
    ['a configuration', () => readModelConfig(`{"model_type":${deep}}`, 'config.json'), ConfigFormatError],
    ['an exported configuration', () => readDecoderConfig({ ...tinyConfigs.llama, vocab_size: JSON.parse(deep) as unknown }), ConfigFormatError],
    ['a layer pattern', () => readDecoderConfig({ ...tinyConfigs.gemma3, model_type: JSON.parse(deep) as unknown }), ConfigFormatError],
    ['an adapter', () => readPeftConfig(`{"peft_type":${deep}}`), AdapterFormatError],
  ])('%s', (_, read, kind) => {
    expect(read).toThrow(kind);
  }); // prettier-ignore

  it('a safetensors header', () => {
    const header = new TextEncoder().encode(`{"w":{"dtype":${deep},"shape":[],"data_offsets":[0,0]}}`);
    const file = new Uint8Array(8 + header.length);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(header, 8);
    expect(() => readSafetensors(file)).toThrow(SafetensorsFormatError);
  });
});

describe('sizes that a file states and does not have', () => {
  it('of a zipped file', () => {
    const files = {
      'adapter_config.json': new Uint8Array(10),
      'adapter_model.safetensors': new Uint8Array(100),
    };
    const zip = zipSync(files);
    const directory = zip.findIndex((_, i) => [0x50, 0x4b, 1, 2].every((byte, k) => zip[i + k] === byte));
    new DataView(zip.buffer).setUint32(directory + 24, 0xfffffff0, true);
    expect(() => unzipAdapter('a.zip', zip)).toThrow(AdapterZipError);
    expect(() => unzipAdapter('a.zip', zip)).toThrow(/a\.zip states a size/);
  });

  it("of an adapter's rank, which its weights do not have", () => {
    const layout = { size: 2 ** 52, entries: [{ name: 'm.lora_A', shape: [2 ** 36, 2 ** 16], offset: 0, length: 2 ** 52 }] }; // prettier-ignore
    const file = writeSafetensors(new Map());
    expect(() => readPeftParameters(file, layout)).toThrow(AdapterFormatError);
    expect(() => readPeftConfig('{"peft_type":"LORA","r":1e300,"lora_alpha":1}')).toThrow(
      /r must be a whole number/,
    );
  });

  it('of layers and heads in a configuration', () => {
    const config = tinyConfigs.llama;
    expect(() => readDecoderConfig({ ...config, num_hidden_layers: 2 ** 40 })).toThrow(/num_hidden_layers/);
    expect(() => readDecoderConfig({ ...config, head_dim: 2 ** 52 })).toThrow(/head_dim/);
    expect(() => readDecoderConfig({ ...config, hidden_act: 'constructor' })).toThrow(ConfigFormatError);
  });

  it('of a weight file beside the graph', async () => {
    const data = { location: 'model.onnx_data', offset: 2 ** 40, length: 16 };
    const weight: Initializer = { name: 'w', elementType: 'float32', dims: [4], data };
    const decoder = { ...tinyDecoder(), graph: { ...tinyDecoder().graph, initializers: [weight] } };
    const sizeOf = (size: number | null) => () => Promise.resolve(size);
    const check = (size: number | null) => checkWeightRanges({ decoder, fileName: 'm.onnx' }, sizeOf(size));
    await expect(check(1000)).rejects.toThrow(
      'Tensor w reaches to byte 1099511627792 of model.onnx_data, which has 1000',
    );
    await expect(check(2 ** 40 + 16)).resolves.toBeUndefined();
    await expect(check(null)).resolves.toBeUndefined();
  });
});

describe('a tokenizer that its library trusts', () => {
  const tokenizer = {
    added_tokens: [{ id: 0, content: '</s>', special: true }],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: { '</s>': 0, A: 1, Ġ: 2, w: 3, o: 4, r: 5, d: 6, '.': 7 } as object,
      merges: [],
    },
  };
  const config: unknown = { eos_token: '</s>' };
  const load = (change: object, settings = config, generation: unknown = {}) => {
    const files: Readonly<Record<string, unknown>> = {
      'tokenizer.json': { ...tokenizer, ...change },
      'tokenizer_config.json': settings,
      'generation_config.json': generation,
    };
    return loadTokenizer((name) =>
      Promise.resolve(Object.hasOwn(files, name) ? JSON.stringify(files[name]) : null),
    );
  };

  it('loads when whole', async () => expect((await load({})).eosTokenId).toBe(0));

  it.each<[string, () => Promise<unknown>]>([
    ['no model', () => load({ model: undefined })],
    ['added tokens that are no list', () => load({ added_tokens: 3 })],
    ['a merge that is no text', () => load({ model: { ...tokenizer.model, merges: [3] } })],
    ['an unknown pre-tokenizer', () => load({ pre_tokenizer: { type: {} } })],
    ['ids that are no numbers', () => load({ model: { ...tokenizer.model, vocab: { '</s>': 0, A: 'x' } } })],
    ['null for its configuration', () => load({}, null)],
    ['null for the generation configuration', () => load({}, config, null)],
    ['an end token that is an object', () => load({}, { eos_token: { a: 1 } })],
  ])('with %s', async (_, read) => {
    await expect(read()).rejects.toThrow(TokenizerFormatError);
  });

  it('with a template that cannot be read', async () => {
    const loaded = await load({}, { eos_token: '</s>', chat_template: '{% for m in ' });
    expect(() => loaded.applyChatTemplate([{ role: 'user', content: 'A' }], true)).toThrow(
      TokenizerFormatError,
    );
  });
});

describe('a graph that makes no sense', () => {
  const tiny = tinyDecoder();
  const inspect = (change: (graph: ModelGraph) => Partial<ModelGraph>) => {
    const model: Model = { ...tiny, graph: { ...tiny.graph, ...change(tiny.graph) } };
    return () => inspectModel(decodeModel(encodeModel(model, { modelFileName: 'm.onnx' }), 'm.onnx'));
  };
  const int64 = (name: string, values: readonly number[], dims = [values.length]): Initializer => {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return { name, elementType: 'int64', dims, data: { bytes } };
  };
  const node = (opType: string, inputs: readonly string[], outputs: readonly string[]): ModelNode => ({ name: `the ${opType}`, opType, domain: '', inputs, outputs, attributes: {} }); // prettier-ignore
  /** The decoder with the giant where it takes its mask's shape from. */
  const withGiant = (giant: ModelNode, ...initializers: Initializer[]) =>
    inspect((graph) => ({
      nodes: [giant, ...graph.nodes.map((n) => (n.inputs[0] === 'mask_shape' ? { ...n, inputs: ['giant', 'axis1'] } : n))],
      initializers: [...graph.initializers, ...initializers],
    })); // prettier-ignore

  it('is whole without damage', () => expect(inspect(() => ({}))).not.toThrow());

  it.each<[string, () => void, RegExp]>([
    ['a cycle', inspect(({ nodes }) => ({ nodes: nodes.map((n) => (n.outputs[0] === 'embedded' ? { ...n, inputs: ['logits', n.inputs[1]!] } : n)) })), /depends on its own output/],
    ['a value computed twice', inspect(({ nodes }) => ({ nodes: [...nodes, nodes[0]!] })), /both compute "mask_sum"/],
    ['a value that nothing computes', inspect(({ nodes }) => ({ nodes: nodes.slice(1) })), /reads "mask_sum", which nothing computes/],
    ['an output that nothing computes', inspect(({ nodes }) => ({ nodes: nodes.slice(0, -1) })), /nothing computes the graph's output "logits"/],
    ['an input that is computed', inspect(({ nodes }) => ({ nodes: [...nodes, node('Identity', ['axis1'], ['input_ids'])] })), /"input_ids", which is given already/],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(OnnxFormatError);
    expect(run).toThrow(message);
  }); // prettier-ignore

  it.each<[string, () => void]>([
    ['ConstantOfShape', withGiant(node('ConstantOfShape', ['sizes'], ['giant']), int64('sizes', [2 ** 60]))],
    ['Expand', withGiant(node('Expand', ['one', 'sizes'], ['giant']), int64('one', [1]), int64('sizes', [2 ** 30, 2 ** 30]))],
    ['Tile', withGiant(node('Tile', ['one', 'sizes'], ['giant']), int64('one', [1]), int64('sizes', [2 ** 40]))],
    ['Range', withGiant(node('Range', ['zero', 'limit', 'step'], ['giant']), int64('zero', [0], []), int64('limit', [2 ** 60], []), int64('step', [1], []))],
    ['endless Range', withGiant(node('Range', ['zero', 'limit', 'step'], ['giant']), int64('zero', [0], []), int64('limit', [5], []), int64('step', [0], []))],
  ])('a giant %s', (_, run) => {
    expect(run).toThrow(/^Cannot lower .* node "the \w+": .*(too large|impossible shape).*\.$/);
  }); // prettier-ignore

  it('a negative size', () => {
    const run = withGiant(
      node('Expand', ['one', 'sizes'], ['giant']),
      int64('one', [1]),
      int64('sizes', [-5]),
    );
    expect(run).toThrow(/the impossible shape \[-5\]/);
  });

  it('an index outside its table', () => {
    const gather = withGiant(
      node('Gather', ['table', 'at'], ['giant']),
      int64('table', [1, 2]),
      int64('at', [7]),
    );
    expect(gather).toThrow(/index 7 is outside a dimension of 2/);
  });
});

describe('writing a model again', () => {
  it('keeps an attribute called __proto__', async () => {
    const model = decodeModel(modelBytes());
    const attributes = Object.fromEntries([['__proto__', { type: 'int', value: 3 } as const]]);
    const nodes = model.graph.nodes.map((node) => ({ ...node, attributes }));
    const whole = await encodeSelfContained(
      { ...model, graph: { ...model.graph, nodes } },
      () => new Uint8Array(),
    );
    expect(Object.keys(decodeModel(whole).graph.nodes[0]!.attributes)).toEqual(['__proto__']);
  });

  it('reads a model of more weights than a call may have arguments', () => {
    const count = 40_000;
    const rawData = countingBytes(1024);
    const tensors = Array.from({ length: count }, (_, i) => ({ name: `w${i}`, dims: [1024n], dataType: DataType.UINT8, rawData })); // prettier-ignore
    expect(decodeModel(modelBytes(...tensors)).graph.initializers).toHaveLength(count);
  });
});
