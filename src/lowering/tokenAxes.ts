import { sizeOf, type Constant, type Shape, type Value } from '../graph/graph.ts';

/** How a value lies over the tokens of a batch, so that it can be told whether one row could reach another. */
export type TokenAxes =
  /** Each element is of one token: batch and token, their product, or the token alone where there is one line. */
  | { readonly kind: 'tokens'; readonly axes: readonly number[] }
  /** Each element is of two tokens of a line, as attention has them; `isMasked` where those of two rows are hidden. */
  | {
      readonly kind: 'pairs';
      readonly batch: readonly number[];
      readonly query: number;
      readonly key: number;
      readonly isMasked: boolean;
    };

/** The same layout with other axis numbers; null where one of them is lost. */
export function moved(at: TokenAxes, to: (axis: number) => number | null): TokenAxes | null {
  const all = (axes: readonly number[]) => {
    const found = axes.flatMap((axis) => to(axis) ?? []);
    return found.length === axes.length ? found : null;
  };
  if (at.kind === 'tokens') {
    const axes = all(at.axes);
    return axes && { ...at, axes };
  }
  const [batch, pair] = [all(at.batch), all([at.query, at.key])];
  return batch && pair && { ...at, batch, query: pair[0]!, key: pair[1]! };
}

export const axesOf = (at: TokenAxes): readonly number[] =>
  at.kind === 'tokens' ? at.axes : [...at.batch, at.query, at.key];

export const sameAxes = (a: TokenAxes | null, b: TokenAxes | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/**
 * Whether a value that no token reaches says the same of all tokens, or of two tokens no more than how far apart they are.
 * `at` is the layout of what it is combined with, in a result of `rank` axes.
 */
export function isIndifferent(value: Value, at: TokenAxes, rank: number): boolean {
  const own = (axis: number) => axis - rank + value.shape.length;
  if (at.kind === 'tokens') return at.axes.every((axis) => !varies(value, own(axis)));
  const [query, key] = [own(at.query), own(at.key)];
  if (at.batch.some((axis) => varies(value, own(axis)))) return false;
  if (!varies(value, query) && !varies(value, key)) return true;
  const isSquare = query >= 0 && value.shape[query] === value.shape[key];
  return isSquare && value.constant !== null && isSame(value.constant, value.shape, [query, key]);
}

/** Whether an attention bias over the last two axes, with the batch before heads, depends on the tokens' distance alone. */
export function dependsOnDistance(bias: Value): boolean {
  return isIndifferent(bias, { kind: 'pairs', batch: [0], query: 2, key: 3, isMasked: false }, 4);
}

/** Whether entries differ along an axis, which what is not known beforehand may always do. */
function varies({ shape, constant }: Value, axis: number): boolean {
  if (axis < 0 || shape[axis] === 1) return false;
  return constant === null || !isSame(constant, shape, [axis]);
}

/** Whether each entry equals the one before it along all of the axes at once: constant along one axis, Toeplitz over two. */
function isSame(constant: Constant, shape: Shape, axes: readonly number[]): boolean {
  const strides = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  const step = strides.reduce((sum, stride) => sum + stride, 0);
  return constant.every(
    (x, i) =>
      axes.some((axis, k) => Math.floor(i / strides[k]!) % shape[axis]! === 0) || x === constant[i - step],
  );
}
