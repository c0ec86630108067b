import { it } from 'vitest';
import { expectSameAsOriginal } from './compareLowering.ts';

it.each([
  ['without a state', null, 'none'],
  ['with one, through SiLU', { shape: [2, 4, 2] }, 'silu'],
])('CausalConvWithState %s is onnxruntime’s', async (_, state, activation) => {
  await expectSameAsOriginal({
    op: 'CausalConvWithState',
    domain: 'com.microsoft',
    inputs: [{ shape: [2, 4, 5] }, { shape: [4, 1, 3] }, { shape: [4] }, state],
    attributes: { activation },
    outputs: [[2, 4, 5], null],
  });
});
