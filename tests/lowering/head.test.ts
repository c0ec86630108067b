import { expect, it } from 'vitest';
import { findHead } from '../../src/lowering/head.ts';
import { fusedDecoder, tracedDecoder } from './decoderSketches.ts';
import { SketchModel } from './sketchModel.ts';

it('finds the product behind a softcap', () => {
  const head = findHead(fusedDecoder());
  expect(head.node.opType).toBe('MatMulNBits');
  expect(head.hidden).toBe(head.input);
});

it('finds a head tied to a transposed embedding', () => {
  expect(findHead(tracedDecoder()).node.opType).toBe('MatMul');
});

it('looks past the slice to the positions whose logits are wanted', () => {
  const m = new SketchModel();
  const hidden = m.op('Exp', [m.input('x', 'float32', ['batch', 'length', 4])]);
  const last = m.op('Slice', [
    hidden,
    m.op('Neg', [m.input('count', 'int64', [1])]),
    m.ints(2 ** 31 - 1),
    m.ints(1),
  ]);
  const head = findHead(m.model({ logits: m.op('Cast', [m.op('MatMul', [m.op('Cast', [last], { to: 10 }), m.weight(4, 9)])], { to: 1 }) })); // prettier-ignore
  expect(head.hidden).toBe(hidden);
});

it('says what is missing', () => {
  const m = new SketchModel();
  const x = m.input('x', 'float32', [2, 4]);
  expect(() => findHead(m.model({ scores: x, features: x }))).toThrow(
    /no output "logits"; it has scores, features/,
  );
  expect(() => findHead(m.model({ logits: m.op('Softmax', [x]) }))).toThrow(
    /come from Softmax node "\/model\/Softmax_0"/,
  );
  expect(() => findHead(m.model({ logits: x }))).toThrow(/No matrix product leads/);
});
