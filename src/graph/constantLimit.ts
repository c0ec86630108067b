import { formatShape, sizeOf, type Shape } from './graph.ts';

/** Elements of a tensor that is computed while a graph is built: a mask of 8 rows of 2,048 tokens, and no mistake. */
const largestConstant = 2 ** 25;

/** Elements of all of them together: 2 GiB. */
export const largestConstants = 2 ** 28;

/** Throws a fragment when no tensor can have this shape: a size that is negative, fractional or beyond counting. */
export function checkShape(shape: Shape): void {
  const isPossible = shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (!isPossible) throw new Error(`its result would have the impossible shape ${formatShape(shape)}`);
  if (!Number.isSafeInteger(sizeOf(shape))) throw new Error(`its result ${formatShape(shape)} is too large`);
}

/** Throws a fragment when contents of this shape should not be computed ahead, before memory is taken for them. */
export function checkConstantShape(shape: Shape): void {
  checkShape(shape);
  if (sizeOf(shape) <= largestConstant) return;
  throw new Error(
    `its result ${formatShape(shape)} is too large to be computed beforehand (at most ${largestConstant} elements); ` +
      'choose a smaller batch or shorter rows',
  );
}
