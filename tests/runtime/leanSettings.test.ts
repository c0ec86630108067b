import { expect, it } from 'vitest';
import { isPrimitiveOp } from '../../src/graph/primitives.ts';
import { passesWithoutWork } from '../../src/runtime/leanSettings.ts';

it('sessions in little memory leave out only passes for ops that lowered graphs do not have', () => {
  const ops = Object.keys(passesWithoutWork);
  const primitive = ops.filter((op) => ['', 'com.microsoft'].some((domain) => isPrimitiveOp(op, domain)));
  expect(primitive).toEqual([]);
});
