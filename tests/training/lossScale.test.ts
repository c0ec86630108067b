import { expect, it } from 'vitest';
import {
  afterGoodStep,
  afterOverflow,
  initialLossScale,
  type LossScale,
} from '../../src/training/lossScale.ts';

/** So many steps without overflow. */
const goodSteps = (scale: LossScale, count: number) =>
  Array.from({ length: count }).reduce<LossScale>((now) => afterGoodStep(now), scale);

it('begins at 65,536 and doubles after 2,000 steps without overflow, as GradScaler does', () => {
  const before = goodSteps(initialLossScale, 1999);
  expect(before).toEqual({ scale: 2 ** 16, goodSteps: 1999 });
  expect(afterGoodStep(before)).toEqual({ scale: 2 ** 17, goodSteps: 0 });
});

it('halves at an overflow, and counts from the beginning', () => {
  const scale = afterOverflow(goodSteps(initialLossScale, 1500), 7);
  expect(scale).toEqual({ scale: 2 ** 15, goodSteps: 0 });
  expect(goodSteps(scale, 1999).scale).toBe(2 ** 15);
});

it('goes down to 1, below which it says what cannot be helped by it', () => {
  let scale = initialLossScale;
  for (let i = 0; i < 16; i++) scale = afterOverflow(scale, 3);
  expect(scale.scale).toBe(1);
  expect(() => afterOverflow(scale, 3)).toThrow(
    /^Step 3 overflows half precision even with its loss unscaled \(scale 1\); train with float32 activations/,
  );
});
