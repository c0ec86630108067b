import type { Model } from '../../src/graph/model.ts';
import { SketchModel } from './sketchModel.ts';
import { uniform } from './opModel.ts';

export const sketchDims = { hidden: 32, heads: 4, kvHeads: 2, size: 8, vocabulary: 11 } as const;
const { hidden, heads, kvHeads, size, vocabulary } = sketchDims;
const microsoft = 'com.microsoft';

/** A one-layer Llama as tracing exporters write it: no fused op, every shape computed, the mask patched together. */
export function tracedDecoder(): Model {
  const m = new SketchModel();
  const ids = m.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const mask = m.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const positions = m.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
  const cache = ['batch_size', kvHeads, 'past_sequence_length', size];
  const past = ['key', 'value'].map((part) => m.input(`past_key_values.0.${part}`, 'float32', cache)) as [
    string,
    string,
  ];
  const x = m.op('Gather', [m.weight(vocabulary, hidden), ids]);
  const lengths = tracedLengths(m, ids, past[0]);
  const bias = tracedMask(m, mask, lengths);
  const normalized = tracedNorm(m, x);
  const project = (count: number) => {
    const flat = m.op('MatMul', [normalized, m.weight(hidden, count * size)]);
    const shape = m.op('Concat', [lengths.batch1, lengths.length1, m.ints(count), m.ints(size)], { axis: 0 });
    return m.op('Transpose', [m.op('Reshape', [flat, shape])], { perm: [0, 2, 1, 3] });
  };
  const [cos, sin] = tracedTables(m, positions);
  const [q, k] = [tracedRotary(m, project(heads), cos, sin), tracedRotary(m, project(kvHeads), cos, sin)];
  const keys = tracedRepeat(m, m.op('Concat', [past[0], k], { axis: -2 }), lengths);
  const values = tracedRepeat(m, m.op('Concat', [past[1], project(kvHeads)], { axis: 2 }), lengths);
  const scores = m.op('MatMul', [q, m.op('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
  const scaled = m.op('Div', [scores, m.op('Sqrt', [m.op('Cast', [m.int(size)], { to: 1 })])]);
  const softmax = m.op('Softmax', [m.op('Add', [scaled, bias])], { axis: -1 });
  const guarded = m.op('Where', [m.op('IsNaN', [softmax]), m.float(0), softmax]);
  const mixed = m.op('Transpose', [m.op('MatMul', [guarded, values])], { perm: [0, 2, 1, 3] });
  const merged = m.op('Reshape', [
    mixed,
    m.op('Concat', [lengths.batch1, lengths.length1, m.ints(-1)], { axis: 0 }),
  ]);
  const attended = m.op('Add', [x, m.op('MatMul', [merged, m.weight(hidden, hidden)])]);
  const gate = m.op('MatMul', [attended, m.weight(hidden, 48)]);
  const up = m.op('Mul', [
    m.op('Mul', [gate, m.op('Sigmoid', [gate])]),
    m.op('MatMul', [attended, m.weight(hidden, 48)]),
  ]);
  const y = tracedNorm(m, m.op('Add', [attended, m.op('MatMul', [up, m.weight(48, hidden)])]));
  const logits = m.op('MatMul', [y, m.op('Transpose', [m.weight(vocabulary, hidden)], { perm: [1, 0] })]);
  return m.model({ logits });
}

interface Lengths {
  readonly batch1: string;
  readonly length1: string;
  readonly past: string;
  readonly total: string;
  readonly total1: string;
}

function tracedLengths(m: SketchModel, ids: string, pastKey: string): Lengths {
  const dim = (value: string, axis: number) =>
    m.op('Gather', [m.op('Shape', [value]), m.int(axis)], { axis: 0 });
  const as1 = (scalar: string) => m.op('Unsqueeze', [scalar, m.ints(0)]);
  const [batch, length, past] = [dim(ids, 0), dim(ids, 1), dim(pastKey, 2)];
  const total = m.op('Add', [past, length]);
  return { batch1: as1(batch), length1: as1(length), past, total, total1: as1(total) };
}

const lowest = -3.4028234663852886e38;

/** Causal mask by Trilu and Greater, expanded, then patched with the padding mask through Where and ScatterND. */
function tracedMask(m: SketchModel, mask: string, { batch1, length1, past, total, total1 }: Lengths): string {
  const square = m.op('Expand', [m.float(lowest), m.op('Concat', [length1, total1], { axis: 0 })]);
  const columns = m.op('Range', [m.int(0), total, m.int(1)]);
  const rows = m.op('Reshape', [m.op('Range', [past, total, m.int(1)]), m.ints(-1, 1)]);
  const future = m.op('Cast', [m.op('Greater', [columns, rows])], { to: 1 });
  const causal = m.op('Mul', [m.op('Trilu', [square, m.int(1)], { upper: 1 }), future]);
  const target = m.op('Concat', [batch1, m.ints(1), m.ints(-1), m.ints(-1)], { axis: 0 });
  const ones = m.op('ConstantOfShape', [m.op('Shape', [target])]);
  const filled = m.op('Add', [ones, m.float(1)]);
  const keep = m.op('Where', [
    m.op('Equal', [target, m.ints(-1)]),
    m.op('Cast', [filled], { to: 7 }),
    target,
  ]);
  const expanded = m.op('Expand', [m.op('Unsqueeze', [causal, m.ints(0, 1)]), keep]);
  const window = m.op('Slice', [expanded, m.ints(0), total1, m.ints(3), m.ints(1)]);
  const padding = m.op('Add', [window, m.op('Cast', [m.op('Unsqueeze', [mask, m.ints(1, 2)])], { to: 1 })]);
  const patched = m.op('Where', [m.op('Equal', [padding, m.float(0)]), m.float(lowest), window]);
  const everywhere = m.op(
    'Transpose',
    [m.op('NonZero', [m.op('Add', [m.op('Mul', [expanded, m.float(0)]), m.float(1)])])],
    { perm: [1, 0] },
  );
  return m.op('ScatterND', [expanded, everywhere, m.op('Reshape', [patched, m.ints(-1)])]);
}

function tracedNorm(m: SketchModel, x: string): string {
  const square = m.op('ReduceMean', [m.op('Pow', [x, m.float(2)]), m.ints(-1)]);
  const root = m.op('Sqrt', [m.op('Add', [square, m.float(1e-6)])]);
  return m.op('Mul', [m.weight(hidden), m.op('Mul', [x, m.op('Div', [m.float(1), root])])]);
}

function tracedTables(m: SketchModel, positions: string): [string, string] {
  const frequencies = m.floats([1, size / 2, 1], [1, 0.1, 0.01, 0.001]);
  const at = m.op('Cast', [m.op('Unsqueeze', [positions, m.ints(1)])], { to: 1 });
  const angles = m.op('Transpose', [m.op('MatMul', [frequencies, at])], { perm: [0, 2, 1] });
  const doubled = m.op('Concat', [angles, angles], { axis: -1 });
  const table = (op: string) => m.op('Unsqueeze', [m.op(op, [doubled]), m.ints(1)]);
  return [table('Cos'), table('Sin')];
}

function tracedRotary(m: SketchModel, x: string, cos: string, sin: string): string {
  const half = (start: number, end: number) => m.op('Slice', [x, m.ints(start), m.ints(end), m.ints(3)]);
  const turned = m.op('Concat', [m.op('Neg', [half(size / 2, 2 ** 53)]), half(0, size / 2)], { axis: -1 });
  return m.op('Add', [m.op('Mul', [x, cos]), m.op('Mul', [turned, sin])]);
}

/** Repeats each key or value head for the queries that share it. */
function tracedRepeat(m: SketchModel, x: string, { batch1, total1 }: Lengths): string {
  const wide = m.op('Concat', [batch1, m.ints(kvHeads), m.ints(heads / kvHeads), total1, m.ints(size)], {
    axis: 0,
  });
  const repeated = m.op('Expand', [m.op('Unsqueeze', [x, m.ints(2)]), wide]);
  return m.op('Reshape', [
    repeated,
    m.op('Concat', [batch1, m.ints(heads), total1, m.ints(size)], { axis: 0 }),
  ]);
}

/** A one-layer Gemma-like decoder as the current model builder writes it: fused ops, 4-bit weights, a softcapped head. */
export function fusedDecoder(): Model {
  const m = new SketchModel();
  const ids = m.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const mask = m.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const cache = ['batch_size', kvHeads, 'past_sequence_length', 16];
  const past = ['key', 'value'].map((part) => m.input(`past_key_values.0.${part}`, 'float32', cache));
  const scales = (count: number, seed: number) => uniform(count, seed).map((x) => 0.02 + Math.abs(x) / 16);
  const packed = (count: number, seed: number) => uniform(count, seed).map((x) => Math.floor((x + 1) * 128));
  const linear = (x: string, outputs: number) => {
    const weights = [
      m.bytes([outputs, 1, 16], packed(outputs * 16, outputs)),
      m.floats([outputs, 1], scales(outputs, 1)),
    ];
    const attributes = { K: hidden, N: outputs, bits: 4, block_size: 32, accuracy_level: 1 };
    return m.op(
      'MatMulNBits',
      [x, ...weights, m.bytes([outputs, 1], packed(outputs, 5))],
      attributes,
      microsoft,
    );
  };
  const embedding = [
    m.bytes([vocabulary, 16], packed(vocabulary * 16, 3)),
    ids,
    m.floats([vocabulary, 1], scales(vocabulary, 2)),
  ];
  const x = m.op(
    'GatherBlockQuantized',
    embedding,
    { bits: 4, block_size: 32, gather_axis: 0, quantize_axis: 1 },
    microsoft,
  );
  const sum = m.op(
    'Cast',
    [m.op('Sub', [m.op('ReduceSum', [mask, m.ints(1)], { keepdims: 0 }), m.ints(1)])],
    { to: 6 },
  );
  const total = m.op('Cast', [m.op('Gather', [m.op('Shape', [mask]), m.int(1)])], { to: 6 });
  const tables = [m.weight(16, 8), m.weight(16, 8)];
  const heads16 = [linear(x, heads * 16), linear(x, kvHeads * 16), linear(x, kvHeads * 16)];
  const attention = m.op(
    'GroupQueryAttention',
    [...heads16, ...past, sum, total, ...tables],
    { num_heads: heads, kv_num_heads: kvHeads, do_rotary: 1, local_window_size: 2, softcap: '5f' },
    microsoft,
    3,
  );
  const narrowed = m.op('MatMul', [attention, m.weight(heads * 16, hidden)]);
  const y = m.op(
    'SkipSimplifiedLayerNormalization',
    [x, narrowed, m.weight(hidden)],
    { epsilon: 1e-6 },
    microsoft,
    4,
  );
  const mixed = m.op('Add', [`${y}:3`, linear(m.op('Gelu', [y], { approximate: 'tanh' }), hidden)]);
  const capped = m.op('Tanh', [m.op('Div', [linear(mixed, vocabulary), m.float(3)])]);
  return m.model({ logits: m.op('Mul', [capped, m.float(3)]) });
}
