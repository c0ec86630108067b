import { principalComponents } from './principalComponents.ts';

/** A text's place on the map, both in [0, 1]. */
export interface MapPoint {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** A passage of the documents. */
export interface MapPassage extends MapPoint {
  /** How many tasks lie around it, relative to what lies around a usual task (1). */
  readonly density: number;
  readonly isCovered: boolean;
}

/** Where the documents' passages and the tasks lie. */
export interface CoverageMap {
  readonly passages: readonly MapPassage[];
  readonly tasks: readonly MapPoint[];
}

/** The maps of a run: of the first half of its tasks, which the second half goes by, and of those that were kept. */
export interface Coverage {
  readonly half?: CoverageMap;
  readonly kept?: CoverageMap;
}

/** A text's point in the space of a model's hidden states. */
export interface EmbeddedText {
  readonly id: string;
  readonly point: Float32Array;
}

/** Dimensions in which densities are estimated. */
const dimensions = 8;
/** A passage is covered where more tasks lie around it than around this share of the tasks themselves. */
const sparsest = 0.1;

/**
 * Which passages have tasks around them: both sets' points, each about its own mean (a question and a statement on the
 * same thing differ by what all questions have in common), along their principal components, and there a Gaussian kernel
 * density of the tasks with Scott's bandwidth. The threshold is what the sparsest tenth of the tasks have around
 * themselves. After AITP's difference set (2025), whose reference is pre-training text where this has the documents.
 */
export function measureCoverage(
  passages: readonly EmbeddedText[],
  tasks: readonly EmbeddedText[],
): CoverageMap {
  const centred = [...aboutMean(passages), ...aboutMean(tasks)];
  const places = principalComponents(centred, dimensions);
  const [ofPassages, ofTasks] = [places.slice(0, passages.length), places.slice(passages.length)];
  const density = createDensity(ofTasks);
  const own = ofTasks.map((place, i) => density(place, i)).sort((a, b) => a - b);
  const threshold = own[Math.floor(sparsest * own.length)] ?? 0;
  const usual = own[Math.floor(own.length / 2)] || 1;
  const points = toUnitSquare(places);
  return {
    passages: passages.map(({ id }, i) => {
      const around = density(ofPassages[i]!);
      const isCovered = tasks.length > 1 && around > threshold;
      return { id, ...points[i]!, density: rounded(around / usual), isCovered };
    }),
    tasks: tasks.map(({ id }, i) => ({ id, ...points[passages.length + i]! })),
  };
}

function aboutMean(texts: readonly EmbeddedText[]): Float64Array[] {
  const mean = new Float64Array(texts[0]?.point.length ?? 0);
  for (const { point } of texts) point.forEach((x, d) => (mean[d]! += x / texts.length));
  return texts.map(({ point }) => Float64Array.from(point, (x, d) => x - mean[d]!));
}

/** The mean kernel of all tasks, but the one at `except`, at a place; the peak of a kernel is 1. */
function createDensity(tasks: readonly (readonly number[])[]) {
  const axes = tasks[0]?.length ?? 0;
  const factor = tasks.length ** (-1 / (axes + 4));
  const bandwidths = Array.from({ length: axes }, (_, d) => {
    const variance = tasks.reduce((sum, place) => sum + place[d]! ** 2, 0) / tasks.length;
    return Math.sqrt(variance) * factor || 1;
  });
  return (place: readonly number[], except = -1): number => {
    let sum = 0;
    tasks.forEach((task, i) => {
      if (i === except) return;
      const distance = bandwidths.reduce((d2, width, d) => d2 + ((place[d]! - task[d]!) / width) ** 2, 0);
      sum += Math.exp(-distance / 2);
    });
    return sum / Math.max(1, tasks.length - (except >= 0 ? 1 : 0));
  };
}

/** The first two coordinates, each stretched over [0, 1]. */
function toUnitSquare(places: readonly (readonly number[])[]): { readonly x: number; readonly y: number }[] {
  const scale = (axis: number) => {
    const values = places.map((place) => place[axis] ?? 0);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (place: readonly number[]) =>
      rounded(high > low ? ((place[axis] ?? 0) - low) / (high - low) : 0.5);
  };
  const [x, y] = [scale(0), scale(1)];
  return places.map((place) => ({ x: x(place), y: y(place) }));
}

/** Four places, so that stored maps stay small. */
const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;
