import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Attribute, Model, ModelGraph, ModelNode, ValueInfo } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { whittle } from '../support/commandLine.ts';
import { startHub } from '../support/hubServer.ts';
import { temporaryFolder } from '../support/modelFolder.ts';

// Models that cannot be trained, as `inspect` meets them: in a folder, and on the Hub.

const value = (name: string, shape: ValueInfo['shape'] = ['batch', 'length', 8]): ValueInfo => ({
  ...{ name, elementType: 'float32', shape },
});
const node = (
  name: string,
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes = {},
): ModelNode => ({
  ...{ name, opType, domain: '', inputs, outputs, attributes },
});
const graphOf = (nodes: ModelNode[], inputs: ValueInfo[], outputs: ValueInfo[]): ModelGraph => ({
  ...{ name: 'g', nodes, inputs, outputs, initializers: [], valueInfos: [] },
});
const modelOf = (graph: ModelGraph): Model => ({
  irVersion: 10,
  opsets: { '': 21, 'com.microsoft': 1 },
  graph,
});

/**
 * Qwen3.5's style: a layer of gated delta net, whose state comes in and goes out beside a convolution's, and which an `If`
 * computes over a chunk of tokens at once or token by token.
 */
function gatedDelta(states: boolean): Model {
  const then = node(
    '/model/layers.0/linear_attn/LinearAttention',
    'LinearAttention',
    ['x', 'state'],
    ['chunk'],
  );
  const otherwise = node('/model/layers.0/linear_attn/Scan', 'Scan', ['x', 'state'], ['token']);
  const branch = (one: ModelNode): Attribute => ({ type: 'graph', value: graphOf([{ ...one, domain: one === then ? 'com.microsoft' : '' }], [], [value(one.outputs[0]!)]) }); // prettier-ignore
  const attributes = { then_branch: branch(then), else_branch: branch(otherwise) };
  const plain = node('/model/layers.0/linear_attn/Add', 'Add', ['x', 'x'], ['logits']);
  const nodes = states ? [plain] : [node('/model/layers.0/If', 'If', ['isChunk'], ['logits'], attributes)];
  const carried = states ? [value('past_conv.0'), value('past_recurrent.0')] : [];
  return modelOf(
    graphOf(nodes, [value('x'), value('isChunk', []), value('state'), ...carried], [value('logits')]),
  );
}

const files = (config: object, graph: Model): Record<string, Uint8Array> => ({
  'config.json': Buffer.from(JSON.stringify(config)),
  'tokenizer.json': Buffer.from('{}'),
  'tokenizer_config.json': Buffer.from('{}'),
  'onnx/model_q4.onnx': encodeModel(graph),
});

function writeFolder(config: object, graph: Model): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'onnx'));
  for (const [name, bytes] of Object.entries(files(config, graph))) writeFileSync(join(folder, name), bytes);
  return folder;
}

const layers = ['linear_attention', 'linear_attention', 'linear_attention', 'full_attention'];
const qwen35 = {
  model_type: 'qwen3_5',
  text_config: { model_type: 'qwen3_5_text', layer_types: layers, linear_key_head_dim: 128 },
};
const silent = { model_type: 'something_new' };

describe('inspect ends in one plain sentence', () => {
  it.each([
    ['Qwen3.5, by its configuration', qwen35, gatedDelta(true), /^Qwen3\.5 has linear-attention layers \(gated delta net\), which Whittle cannot train\. Choose a dense model/],
    ['a gated delta net in branches of an If', silent, gatedDelta(false), /^The model has linear attention \(gated delta net\).*layers\.0\/linear_attn\/LinearAttention.*Choose a dense model/],
    ['a gated delta net, by the state that it carries', silent, gatedDelta(true), /^The model has linear attention \(gated delta net\).*"past_recurrent\.0".*Choose a dense model/],
    ['a mixture of experts', { model_type: 'qwen3_moe', num_experts: 128 }, gatedDelta(true), /^Qwen3 MoE is a mixture of experts/],
    ['Mamba', { model_type: 'mamba2' }, gatedDelta(true), /^mamba2 has recurrent layers/],
  ])('for %s', async (_, config, graph, sentence) => {
    const { code, stdout, stderr } = await whittle('inspect', '--model', writeFolder(config, graph));
    expect(stderr).toEqual([expect.stringMatching(sentence)]);
    expect([code, stdout]).toEqual([1, []]);
  }); // prettier-ignore

  it.each([
    ['Qwen3.5', qwen35, /^Qwen3\.5 has linear-attention layers/],
    ['a mixture of experts', { model_type: 'mixtral', num_local_experts: 8 }, /^Mixtral is a mixture/],
    ['Mamba', { model_type: 'falcon_mamba' }, /^falcon_mamba has recurrent layers/],
  ])('for %s on the Hub, before its graph or a weight is downloaded', async (_, config, sentence) => {
    const hub = await startHub('someone/new-ONNX', files(config, gatedDelta(true)));
    vi.stubEnv('HF_ENDPOINT', hub.endpoint);
    vi.stubEnv('WHITTLE_CACHE', temporaryFolder());
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await hub.close();
    });
    const { code, stderr } = await whittle('inspect', '--model', 'someone/new-ONNX');
    expect([code, stderr]).toEqual([1, [expect.stringMatching(sentence)]]);
    expect(hub.seen.map(({ path }) => path).filter((path) => path.includes('onnx/'))).toEqual([]);
    expect(hub.seen.length).toBeGreaterThan(0);
  });
});
