import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Value } from '../../src/graph/graph.ts';
import type { ElementType } from '../../src/graph/model.ts';
import { isPrimitiveOp } from '../../src/graph/primitives.ts';
import { toModel } from '../../src/graph/toModel.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { kernelSettings, leanSession, passesWithoutWork } from '../../src/runtime/leanSettings.ts';

it('sessions in little memory leave out only passes for ops that lowered graphs do not have', () => {
  const ops = Object.keys(passesWithoutWork);
  const primitive = ops.filter((op) => ['', 'com.microsoft'].some((domain) => isPrimitiveOp(op, domain)));
  expect(primitive).toEqual([]);
});

it('sessions in little memory keep no packed copies of matrices, except of quantized ones', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [2, 32]);
  const stored = (name: string, elementType: ElementType, dims: number[], size: number) =>
    g.weight({ name, elementType, dims, data: { bytes: new Uint8Array(size) } });
  const plain = g.matMul(x, stored('plain', 'float32', [32, 4], 512));
  const quantized = [stored('quantized', 'uint8', [4, 1, 16], 64), stored('scales', 'float32', [4], 16)];
  const sizes = { N: 4, K: 32, bits: 4, block_size: 32 };
  const attributes = Object.fromEntries(Object.entries(sizes).map(([key, value]) => [key, { type: 'int', value } as const])); // prettier-ignore
  const packed = g.op('MatMulNBits', [x, ...quantized], attributes);
  const settingsOf = (y: Value) => leanSession(encodeModel(toModel(g.finish('g', { y }))));
  expect(settingsOf(plain)).toEqual({ disable_prepacking: '1' });
  expect(settingsOf(packed)).toEqual({});
});

it('sessions that keep floats fold what is computed of weights, also in little memory', () => {
  const left = (isLean: boolean, keepsFloats: boolean) => {
    const { session, optimization } = kernelSettings(new Uint8Array(), { isLean, keepsFloats });
    const disabled = optimization?.disable_specified_optimizers.split(';') ?? [];
    return { folds: !disabled.includes('ConstantFolding') && session['disable_quant_qdq'] === '1', disabled: disabled.length > 0 }; // prettier-ignore
  };
  expect(left(true, true)).toEqual({ folds: true, disabled: true });
  expect(left(false, true)).toEqual({ folds: true, disabled: false });
  expect(left(true, false)).toEqual({ folds: false, disabled: true });
});
