import { createRandom } from '../random.ts';

/** Steps for each component; neighbouring ones that are still mixed then span the same plane. */
const iterations = 60;

/**
 * Coordinates of centred points [n][width] along their first `count` principal components, largest variance first
 * ([n][count], fewer where the points span less): power iteration with deflation, from a fixed start, each component with
 * its largest entry positive, so that equal points give equal maps.
 */
export function principalComponents(points: readonly Float64Array[], count: number): number[][] {
  const width = points[0]?.length ?? 0;
  const found: Float64Array[] = [];
  const random = createRandom(0, 'principalComponents');
  const total = points.reduce((sum, point) => sum + dot(point, point), 0);
  while (found.length < Math.min(count, width)) {
    let axis = withoutAxes(
      Float64Array.from({ length: width }, () => random.next() - 0.5),
      found,
    );
    let variance = 0;
    for (let i = 0; i < iterations; i++) {
      const next = withoutAxes(covarianceTimes(points, unit(axis)), found);
      variance = Math.sqrt(dot(next, next));
      axis = next;
    }
    if (!(variance > 1e-9 * total)) break;
    found.push(withLargestPositive(unit(axis)));
  }
  return points.map((point) => found.map((axis) => dot(point, axis)));
}

/** Xᵀ·X·v, without X·Xᵀ or XᵀX ever being built. */
function covarianceTimes(points: readonly Float64Array[], v: Float64Array): Float64Array {
  const product = new Float64Array(v.length);
  for (const point of points) {
    const along = dot(point, v);
    for (let d = 0; d < v.length; d++) product[d]! += along * point[d]!;
  }
  return product;
}

function withoutAxes(v: Float64Array, axes: readonly Float64Array[]): Float64Array {
  const rest = v.slice();
  for (const axis of axes) {
    const along = dot(rest, axis);
    for (let d = 0; d < rest.length; d++) rest[d]! -= along * axis[d]!;
  }
  return rest;
}

function unit(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v)) || 1;
  return v.map((x) => x / length);
}

function withLargestPositive(axis: Float64Array): Float64Array {
  const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
  return largest < 0 ? axis.map((x) => -x) : axis;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
