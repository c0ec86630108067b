import { formatShape, sizeOf, type Shape } from './graph.ts';

/** The shape two operands broadcast to (numpy's rule); throws when they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new Error(`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

/** Row-major strides of `shape`, with 0 where it is broadcast to `target`. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = new Array<number>(target.length).fill(0);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const dim = shape[i]!;
    if (dim !== 1) strides[i + target.length - shape.length] = stride;
    stride *= dim;
  }
  return strides;
}

/** For each element of `target`, in order, the offset that `strides` (plus `start`) leads to. */
export function offsetsOf(target: Shape, strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(target));
  const index = new Array<number>(target.length).fill(0);
  let offset = start;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < target[axis]!) break;
      offset -= strides[axis]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return offsets;
}
