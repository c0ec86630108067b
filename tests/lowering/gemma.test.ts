import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { applyHead, findHead } from '../../src/lowering/head.ts';
import { lower } from '../../src/lowering/lower.ts';
import { bindTrainingInputs } from '../../src/lowering/trainingInputs.ts';
import { decodeModel } from '../../src/onnx/decode.ts';

const folder = new URL('../../../shared/graphs/gemma-3-4b/onnx/', import.meta.url);
const read = (name: string) => decodeModel(new Uint8Array(readFileSync(new URL(name, folder))));

/** Embedding, decoder and head (on 8 rows) of an export whose weights are absent, at one length. */
function lowerDecoder(dtype: string, batchSize: number, sequenceLength: number) {
  const [embed, decoder] = [read(`embed_tokens_${dtype}.onnx`), read(`decoder_model_merged_${dtype}.onnx`)];
  const g = new GraphBuilder();
  const embedded = new Map([['input_ids', g.input('input_ids', 'int64', [batchSize, sequenceLength])]]);
  lower(g, embed, embedded, ['inputs_embeds']);
  const given = new Map([['inputs_embeds', embedded.get('inputs_embeds')!]]);
  const values = bindTrainingInputs(g, decoder, { batchSize, sequenceLength }, given);
  const head = findHead(decoder);
  lower(g, decoder, values, [head.hidden]);
  const hidden = values.get(head.hidden)!;
  const rows = g.slice(g.reshape(hidden, [batchSize * sequenceLength, 2560]), 0, 0, 8);
  const logits = [0, 4].map((from) => applyHead(g, decoder, head, values, g.slice(rows, 0, from, from + 4)));
  return { hidden, logits, graph: g.finish('gemma', { a: logits[0]!, b: logits[1]! }) };
}

describe.skipIf(!existsSync(folder))('a Gemma-3-4B export without its weights', () => {
  it.each(['q4', 'q4f16'])('lowers completely in %s', (dtype) => {
    const { hidden, logits, graph } = lowerDecoder(dtype, 1, 256);
    expect(hidden).toMatchObject({ shape: [1, 256, 2560], elementType: 'float32' });
    expect(logits.map(({ shape }) => shape)).toEqual([
      [4, 262208],
      [4, 262208],
    ]);
    const count = (op: string) => graph.nodes.filter(({ node }) => node.op === op).length;
    expect([count('Softmax'), count('RotaryEmbedding'), count('MatMulNBits')]).toEqual([34, 68, 34 * 7 + 2]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['input_ids']);
  });

  it.each(['q4', 'q4f16'])('computes nothing but float32 in %s: other types are only read from', (dtype) => {
    const { graph } = lowerDecoder(dtype, 2, 64);
    const unusual = graph.nodes.filter(({ output }) => output.elementType !== 'float32');
    const sources = unusual.map(
      ({ node }) => `${node.op} of ${node.input(0).node ? 'a result' : node.input(0).elementType}`,
    );
    const ofTables = ['Gather of uint8', 'Gather of uint8'];
    const halves = ['Gather of float16', ...new Array<string>(4).fill('Slice of float16')];
    expect(sources.sort()).toEqual(dtype === 'q4' ? ofTables.sort() : [...ofTables, ...halves].sort());
  });

  it('shares one copy of the head between row chunks, and one of the rotary tables between layers', () => {
    const { graph } = lowerDecoder('q4f16', 1, 64);
    const casts = graph.nodes.filter(({ node }) => node.op === 'Cast' && node.name.startsWith('lm_head'));
    expect(casts.length).toBe(1);
    expect(graph.nodes.filter(({ output }) => output.shape.join() === '64,128' && output.elementType === 'float32').length).toBe(4); // prettier-ignore
  });

  it('bounds sliding layers by their window and lets global ones see everything', { timeout: 60_000 }, () => {
    const { graph } = lowerDecoder('q4', 1, 1280);
    const biases = graph.nodes.flatMap(({ node }) => {
      const bias = node.op === 'Add' ? node.inputs[1] : null;
      return bias?.constant && bias.shape.join() === '1280,1280' ? [bias.constant] : [];
    });
    const seen = biases.map((bias) => bias.subarray(1200 * 1280, 1201 * 1280).filter((x) => x === 0).length);
    expect(seen.filter((count) => count === 1024).length).toBe(29);
    expect(seen.filter((count) => count === 1201).length).toBe(5);
  });
});
