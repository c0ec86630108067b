import { describe, it } from 'vitest';
import { expectSameAsOriginal } from './compareLowering.ts';
import { uniform, type FusedOp, type TestInput } from './opModel.ts';

const microsoft = 'com.microsoft';
const constant = (shape: number[], contents: number[], type: TestInput['type'] = 'float32') => ({
  type,
  shape,
  contents,
});
const random = (shape: number[], seed = 9) => constant(shape, uniform(shape.reduce((a, b) => a * b, 1), seed)); // prettier-ignore
const positive = (shape: number[], seed = 9) => ({
  ...random(shape, seed),
  contents: random(shape, seed).contents.map((x) => 0.02 + Math.abs(x) / 8),
});
const bytes = (shape: number[], seed: number) =>
  constant(shape, random(shape, seed).contents.map((x) => Math.floor((x + 1) * 128)), 'uint8'); // prettier-ignore

describe('normalization', () => {
  const x: TestInput = { shape: [2, 3, 8] };
  it.each<[string, FusedOp]>([
    ['RMS norm', { op: 'SimplifiedLayerNormalization', inputs: [x, random([8])], attributes: { axis: -1, epsilon: 1e-6 }, outputs: [x.shape] }],
    ['layer norm', { op: 'LayerNormalization', inputs: [x, random([8], 1), random([8], 2)], attributes: { axis: -1, epsilon: 1e-3 }, outputs: [x.shape] }],
    ['layer norm over two axes', { op: 'LayerNormalization', inputs: [x, random([3, 8], 1)], attributes: { axis: 1 }, outputs: [x.shape] }],
    ['RMS norm of a residual sum', { op: 'SkipSimplifiedLayerNormalization', domain: microsoft, inputs: [x, x, random([8])], attributes: { epsilon: 1e-6 }, outputs: [x.shape, null, null, x.shape] }],
    ['RMS norm of a residual sum with bias', { op: 'SkipSimplifiedLayerNormalization', domain: microsoft, inputs: [x, x, random([8]), random([8], 3)], attributes: { epsilon: 1e-6 }, outputs: [x.shape, null, null, x.shape] }],
    ['layer norm of a residual sum', { op: 'SkipLayerNormalization', domain: microsoft, inputs: [x, x, random([8]), random([8], 4), random([8], 5)], attributes: { epsilon: 1e-5 }, outputs: [x.shape, null, null, x.shape] }],
  ])('%s', (_, fused) => expectSameAsOriginal(fused)); // prettier-ignore
});

describe('activations', () => {
  const x: TestInput = { shape: [2, 8] };
  it.each<[string, FusedOp]>([
    ['Gelu', { op: 'Gelu', inputs: [x], outputs: [x.shape] }],
    ['Gelu, tanh form', { op: 'Gelu', inputs: [x], attributes: { approximate: 'tanh' }, outputs: [x.shape] }],
    ['Gelu of com.microsoft', { op: 'Gelu', domain: microsoft, inputs: [x], outputs: [x.shape] }],
    ['FastGelu', { op: 'FastGelu', domain: microsoft, inputs: [x], outputs: [x.shape] }],
    ['FastGelu with bias', { op: 'FastGelu', domain: microsoft, inputs: [x, random([8])], outputs: [x.shape] }],
    ['BiasGelu', { op: 'BiasGelu', domain: microsoft, inputs: [x, random([8])], outputs: [x.shape] }],
    ['QuickGelu', { op: 'QuickGelu', domain: microsoft, inputs: [x], outputs: [x.shape] }],
    ['QuickGelu as SiLU', { op: 'QuickGelu', domain: microsoft, inputs: [x], attributes: { alpha: '1f' }, outputs: [x.shape] }],
    ['Clip', { op: 'Clip', inputs: [x, constant([], [-0.4]), constant([], [0.3])], outputs: [x.shape] }],
    ['Softmax', { op: 'Softmax', inputs: [x], attributes: { axis: 0 }, outputs: [x.shape] }],
    ['Gemm', { op: 'Gemm', inputs: [x, { shape: [3, 8] }, random([3])], attributes: { transB: 1, alpha: 0.5, beta: '2f' }, outputs: [[2, 3]] }],
  ])('%s', (_, fused) => expectSameAsOriginal(fused)); // prettier-ignore
});

describe('quantized weights', () => {
  const x: TestInput = { shape: [2, 3, 32] };
  const dims = { K: 32, N: 6, block_size: 16 };
  const weights = (op: Partial<FusedOp>): FusedOp => ({
    op: 'MatMulNBits',
    domain: microsoft,
    inputs: [],
    outputs: [[2, 3, 6]],
    ...op,
  });
  const indices = constant([2, 2], [0, 4, 2, 2], 'int64');
  const gathered = (inputs: TestInput[], bits: 4 | 8): FusedOp => ({
    op: 'GatherBlockQuantized',
    domain: microsoft,
    inputs,
    attributes: { bits, block_size: 16, gather_axis: 0, quantize_axis: 1 },
    outputs: [[2, 2, (inputs[0]!.shape[1]! * 8) / bits]],
  });
  const [b4, b8, scales] = [bytes([6, 2, 8], 1), bytes([6, 2, 16], 2), positive([6, 2])];
  it.each<[string, FusedOp]>([
    ['4 bits', weights({ inputs: [x, b4, scales], attributes: { ...dims, bits: 4 } })],
    ['4 bits, flat scales as in older exports', weights({ inputs: [x, b4, positive([12])], attributes: { ...dims, bits: 4 } })],
    ['4 bits with zero points', weights({ inputs: [x, b4, scales, bytes([6, 1], 3)], attributes: { ...dims, bits: 4 } })],
    ['4 bits with zero points and bias', weights({ inputs: [x, b4, scales, bytes([6, 1], 3), null, random([6])], attributes: { ...dims, bits: 4 } })],
    ['4 bits, flat zero points as in older exports', weights({ inputs: [x, b4, positive([12]), bytes([6], 3)], attributes: { ...dims, bits: 4 } })],
    ['8 bits', weights({ inputs: [x, b8, scales], attributes: { ...dims, bits: 8 } })],
    ['8 bits with zero points', weights({ inputs: [x, b8, scales, bytes([6, 2], 4)], attributes: { ...dims, bits: 8 } })],
    ['gathered 4-bit rows', gathered([bytes([5, 16], 5), indices, positive([5, 2])], 4)],
    ['gathered 4-bit rows with zero points', gathered([bytes([5, 16], 5), indices, positive([5, 2]), bytes([5, 1], 6)], 4)],
    ['gathered 4-bit rows of one block with zero points', gathered([bytes([5, 8], 5), indices, positive([5, 1]), bytes([5, 1], 6)], 4)],
    ['gathered 8-bit rows', gathered([bytes([5, 32], 5), indices, positive([5, 2])], 8)],
    ['gathered 8-bit rows with zero points', gathered([bytes([5, 32], 5), indices, positive([5, 2]), bytes([5, 2], 6)], 8)],
  ])('%s', (_, fused) => expectSameAsOriginal(fused, 3e-5)); // prettier-ignore
});

describe('rotary embedding', () => {
  const x: TestInput = { shape: [2, 3, 16] };
  const tables = [random([10, 4], 1), random([10, 4], 2)];
  const counting = constant([2, 3], [0, 1, 2, 0, 1, 2], 'int64');
  const shifted = constant([2, 3], [2, 3, 4, 5, 6, 7], 'int64');
  const rotary = (inputs: FusedOp['inputs'], attributes: FusedOp['attributes'] = {}): FusedOp => ({
    op: 'RotaryEmbedding',
    domain: microsoft,
    inputs,
    attributes,
    outputs: [inputs[0]!.shape],
  });
  it.each<[string, FusedOp]>([
    ['halves', rotary([x, counting, ...tables])],
    ['interleaved', rotary([x, counting, ...tables], { interleaved: 1 })],
    ['positions of a later start', rotary([x, shifted, ...tables])],
    ['four dimensions', rotary([{ shape: [2, 2, 3, 8] }, counting, ...tables])],
    ['part of each head', rotary([x, counting, random([10, 2], 1), random([10, 2], 2)], { num_heads: 2, rotary_embedding_dim: 4 })],
  ])('%s', (_, fused) => expectSameAsOriginal(fused)); // prettier-ignore
});

describe('GroupQueryAttention', () => {
  const [batch, length, heads, kvHeads, size] = [2, 5, 4, 2, 16];
  const query: TestInput = { shape: [batch, length, heads * size] };
  const [key, value]: TestInput[] = [
    { shape: [batch, length, kvHeads * size] },
    { shape: [batch, length, kvHeads * size] },
  ];
  const packed: TestInput = { shape: [batch, length, (heads + 2 * kvHeads) * size] };
  const lengths = [constant([batch], [length - 1, length - 1], 'int32'), constant([], [length], 'int32')];
  const past = constant([batch, kvHeads, 0, size], []);
  const tables = [random([12, size / 2], 21), random([12, size / 2], 22)];
  const positions = constant([batch, length], [0, 1, 2, 3, 4, 0, 1, 2, 3, 4], 'int64');
  const attention = (inputs: FusedOp['inputs'], attributes: FusedOp['attributes'] = {}): FusedOp => ({
    op: 'GroupQueryAttention',
    domain: microsoft,
    inputs,
    attributes: { num_heads: heads, kv_num_heads: kvHeads, ...attributes },
    outputs: [query.shape, null, null],
  });
  const plain = [query, key!, value!, null, null, ...lengths];
  it.each<[string, FusedOp]>([
    ['separate', attention(plain)],
    ['with an empty past', attention([query, key!, value!, past, past, ...lengths])],
    ['packed', attention([packed, null, null, null, null, ...lengths])],
    ['packed with rotary', attention([packed, null, null, null, null, ...lengths, ...tables], { do_rotary: 1 })],
    ['rotary', attention([...plain, ...tables], { do_rotary: 1 })],
    ['rotary, interleaved', attention([...plain, ...tables], { do_rotary: 1, rotary_interleaved: 1 })],
    ['rotary with positions', attention([...plain, ...tables, positions], { do_rotary: 1 })],
    ['scale', attention(plain, { scale: 0.7 })],
    ['sliding window', attention(plain, { local_window_size: 2 })],
    ['window of one', attention(plain, { local_window_size: 1 })],
    ['window of the whole length', attention(plain, { local_window_size: length })],
    ['softcap', attention(plain, { softcap: '2f', scale: '3f' })],
    ['softcap and window', attention([...plain, ...tables], { softcap: 1.5, local_window_size: 3, do_rotary: 1 })],
    ['bias', attention([...plain, null, null, null, random([batch, 1, length, length])])],
    ['bias per head, softcap', attention([...plain, null, null, null, random([1, heads, length, length])], { softcap: 1.5 })],
  ])('%s', (_, fused) => expectSameAsOriginal(fused)); // prettier-ignore

  it('rotates a part of each head', () =>
    expectSameAsOriginal({
      ...attention([{ shape: [2, 4, 64] }, { shape: [2, 4, 32] }, { shape: [2, 4, 32] }, null, null, constant([2], [3, 3], 'int32'), constant([], [4], 'int32'), random([9, 8], 1), random([9, 8], 2)]),
      attributes: { num_heads: 2, kv_num_heads: 1, do_rotary: 1 },
      outputs: [[2, 4, 64], null, null],
    })); // prettier-ignore

  it('attends over sixteen heads that share one key', () =>
    expectSameAsOriginal({
      ...attention([{ shape: [1, 4, 128] }, { shape: [1, 4, 8] }, { shape: [1, 4, 8] }, null, null, constant([1], [3], 'int32'), constant([], [4], 'int32')]),
      attributes: { num_heads: 16, kv_num_heads: 1 },
      outputs: [[1, 4, 128], null, null],
    })); // prettier-ignore
});

describe('MultiHeadAttention', () => {
  const x: TestInput = { shape: [2, 4, 16] };
  const attention = (inputs: FusedOp['inputs'], attributes: FusedOp['attributes'] = {}): FusedOp => ({
    op: 'MultiHeadAttention',
    domain: microsoft,
    inputs,
    attributes: { num_heads: 2, ...attributes },
    outputs: [x.shape],
  });
  it.each<[string, FusedOp]>([
    ['plain', attention([x, x, x])],
    ['causal', attention([x, x, x], { unidirectional: 1 })],
    ['projection bias and scale', attention([x, x, x, random([48])], { scale: 0.5 })],
    ['attention bias', attention([x, x, x, null, null, random([2, 2, 4, 4])])],
  ])('%s', (_, fused) => expectSameAsOriginal(fused)); // prettier-ignore
});

describe('the standard ops of opset 23', () => {
  const x: TestInput = { shape: [2, 3, 16] };
  const split: TestInput = { shape: [2, 4, 3, 8] };
  const kv: TestInput = { shape: [2, 2, 3, 8] };
  const tables = [random([10, 4], 1), random([10, 4], 2)];
  const counting = constant([2, 3], [0, 1, 2, 0, 1, 2], 'int64');
  const heads = { q_num_heads: 2, kv_num_heads: 2 };
  it.each<[string, FusedOp]>([
    ['RMSNormalization', { op: 'RMSNormalization', inputs: [x, random([16])], attributes: { epsilon: 1e-6 }, outputs: [x.shape] }],
    ['RotaryEmbedding', { op: 'RotaryEmbedding', inputs: [x, ...tables, counting], attributes: { num_heads: 2 }, outputs: [x.shape] }],
    ['RotaryEmbedding of split heads', { op: 'RotaryEmbedding', inputs: [split, ...tables, counting], outputs: [split.shape] }],
    ['RotaryEmbedding without positions', { op: 'RotaryEmbedding', inputs: [split, random([2, 3, 4], 1), random([2, 3, 4], 2)], outputs: [split.shape] }],
    ['Attention', { op: 'Attention', inputs: [x, x, x], attributes: { ...heads, is_causal: 1 }, outputs: [x.shape] }],
    ['Attention over grouped split heads', { op: 'Attention', inputs: [split, kv, kv], attributes: { is_causal: 1, scale: 0.3 }, outputs: [split.shape] }],
    ['Attention with a mask to add', { op: 'Attention', inputs: [split, kv, kv, random([3, 3])], outputs: [split.shape] }],
    ['Attention with a boolean mask', { op: 'Attention', inputs: [split, kv, kv, constant([3, 3], [1, 0, 0, 1, 1, 0, 0, 1, 1], 'bool')], outputs: [split.shape] }],
    ['Attention with softcap and a mask to add', { op: 'Attention', inputs: [split, kv, kv, random([3, 3])], attributes: { softcap: 1.5 }, outputs: [split.shape] }],
    ['Attention with softcap', { op: 'Attention', inputs: [split, kv, kv], attributes: { softcap: 1.5, is_causal: 1 }, outputs: [split.shape] }],
    ['Swish', { op: 'Swish', opset: 24, inputs: [x], attributes: { alpha: 1.5 }, outputs: [x.shape] }],
  ])('%s', (_, fused) => expectSameAsOriginal({ opset: 23, ...fused })); // prettier-ignore
});
