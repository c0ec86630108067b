import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random.ts';
import { measureCoverage, type EmbeddedText } from '../../src/specialize/coverage.ts';
import { describeCoverage, renderCoverage } from '../../src/specialize/coverageFigure.ts';
import { principalComponents } from '../../src/specialize/principalComponents.ts';

const random = createRandom(1, 'coverage');
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Points around a centre that lies `at` along one axis of sixteen. */
const around = (name: string, axis: number, at: number, count: number): EmbeddedText[] =>
  Array.from({ length: count }, (_, i) => {
    const point = Float32Array.from({ length: 16 }, (_, d) => (d === axis ? at : 0) + 0.3 * normal());
    return { id: `${name}-${i}`, point };
  });

describe('principal components', () => {
  it('are the axes of largest variance, in their order', () => {
    // Along (3, 4)/5 with standard deviation 5, across it with 1, and 0.1 in a third dimension.
    const points = Array.from({ length: 500 }, () => {
      const [along, across, rest] = [5 * normal(), normal(), 0.1 * normal()];
      return Float64Array.of(0.6 * along - 0.8 * across, 0.8 * along + 0.6 * across, rest);
    });
    const places = principalComponents(points, 2);
    points.forEach(([a, b], i) => {
      expect(Math.abs(places[i]![0]! - (0.6 * a! + 0.8 * b!))).toBeLessThan(0.5);
      expect(Math.abs(Math.abs(places[i]![1]!) - Math.abs(0.6 * b! - 0.8 * a!))).toBeLessThan(0.5);
    });
    const varianceOf = (axis: number) => places.reduce((sum, place) => sum + place[axis]! ** 2, 0) / places.length; // prettier-ignore
    expect(varianceOf(0)).toBeGreaterThan(15);
    expect(varianceOf(1)).toBeLessThan(2);
    expect(principalComponents(points, 2)).toEqual(places);
  });

  it('are as many as the points span', () => {
    const line = [1, -2, 1].map((x) => Float64Array.of(x, 2 * x, 0, 0));
    const places = principalComponents(line, 4);
    expect(places.map((place) => place.length)).toEqual([1, 1, 1]);
    expect(places[1]![0]).toBeCloseTo(-2 * Math.sqrt(5), 9);
    const nowhere = [Float64Array.of(0, 0), Float64Array.of(0, 0)];
    expect(principalComponents(nowhere, 2)).toEqual([[], []]);
  });
});

describe('coverage', () => {
  const written = [...around('a', 0, 3, 40), ...around('b', 1, 3, 40)];
  // Questions all lie apart from statements, which is no difference in what they are about.
  const tasks = written.map(({ id, point }) => ({ id, point: point.map((x, d) => (d === 9 ? x + 20 : x)) }));
  const passages = [
    ...around('near-a', 0, 3, 12),
    ...around('near-b', 1, 3, 12),
    ...around('lonely', 2, 3, 2),
  ];

  it('is found for passages among tasks, and not for those apart', () => {
    const map = measureCoverage(passages, tasks);
    const [near, lonely] = [map.passages.slice(0, 24), map.passages.slice(24)];
    expect(lonely.map(({ isCovered }) => isCovered)).toEqual([false, false]);
    // As many as a tenth of the tasks themselves lie at the edge of what there is.
    expect(near.filter(({ isCovered }) => isCovered).length).toBeGreaterThanOrEqual(20);
    const densest = Math.max(...lonely.map(({ density }) => density));
    expect(densest).toBeLessThan(0.1 * Math.min(...near.map(({ density }) => density)));
    for (const { x, y } of [...map.passages, ...map.tasks]) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
    }
  });

  it('is none without tasks', () => {
    const map = measureCoverage(passages, []);
    expect(map.passages.some(({ isCovered }) => isCovered)).toBe(false);
    expect(map.passages.every(({ x, density }) => Number.isFinite(x) && density === 0)).toBe(true);
  });

  it('is drawn with a mark for each text', () => {
    const map = measureCoverage(passages, tasks);
    const uncovered = map.passages.filter(({ isCovered }) => !isCovered).length;
    const svg = renderCoverage(map);
    const count = (pattern: RegExp) => svg.match(pattern)?.length ?? 0;
    // One of each kind more in the legend, and the background.
    expect(count(/<circle /g)).toBe(80 + 1);
    expect(count(/<rect /g)).toBe(26 + 2 + 1);
    expect(count(/fill="#fff" stroke=/g)).toBe(uncovered + 1);
    expect(describeCoverage(map)).toBe(
      `${26 - uncovered} of 26 passages of the documents have some of the 80 tasks around them.`,
    );
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
