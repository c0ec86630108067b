import { faithfulAdapter, type AdapterSettings } from '../engine/adapterSettings.ts';
import { resolveSettings } from '../specialize/resolveSettings.ts';
import type { RunPlan } from '../engine/runPlan.ts';
import { pointSettings } from '../workerApi/sweep.ts';

/** A setting that is varied, and its values in the order of the command line. */
export interface Axis {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** One run of a sweep. */
export interface SweepPoint {
  /** The axes' values, in their order. */
  readonly values: readonly unknown[];
  readonly plan: RunPlan;
}

const adapterNames = Object.keys(faithfulAdapter);
/** Settings that only come into play after all is written and answered. */
const afterWriting: readonly string[] = [...adapterNames, 'replayShare', 'maxFall'];

/**
 * Reads "learningRate=5e-4,1e-3; replayShare=0,0.5". Values are JSON; a bare word is text.
 * @throws saying what is wrong with which part
 */
export function parseAxes(text: string): Axis[] {
  const axes = text.split(';').map((part): Axis => {
    const [name = '', list = ''] = part.split('=').map((side) => side.trim());
    const values = list.split(',').map((value) => parseValue(value.trim()));
    if (name === '' || list === '')
      throw new Error(`--vary takes "name=value,value; name=value,value", not "${part.trim()}".`);
    return { name, values };
  });
  const varied = axes.filter(({ name }) => name !== 'seed');
  if (varied.length > 2)
    throw new Error('--vary takes at most two settings besides the seed; run another sweep for more.');
  return axes;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Every combination of the axes' values, each as the plan with those settings, in one round and without controls where
 * these are not varied. @throws naming a setting there is not
 */
export function sweepPoints(plan: RunPlan, axes: readonly Axis[]): SweepPoint[] {
  const combinations = axes.reduce<unknown[][]>(
    (sofar, { values }) => sofar.flatMap((head) => values.map((value) => [...head, value])),
    [[]],
  );
  return combinations.map((values) => {
    const changes = axes.map(({ name }, i) => [name, values[i]] as const);
    return { values, plan: changed(plan, Object.fromEntries(changes)) };
  });
}

function changed(plan: RunPlan, changes: Readonly<Record<string, unknown>>): RunPlan {
  const part = (isOfAdapter: boolean) =>
    Object.fromEntries(
      Object.entries(changes).filter(([name]) => adapterNames.includes(name) === isOfAdapter),
    );
  const settings = pointSettings(plan.settings, part(false));
  const adapter = { ...plan.adapter, ...(part(true) as Partial<AdapterSettings>) };
  return { ...plan, settings: resolveSettings(settings), adapter };
}

/**
 * The plan by which tasks are written for all points that differ only in what comes later: it writes as many general tasks
 * as the point that trains on most of them. Points with equal plans share what is written.
 */
export function writingPlan({ plan }: SweepPoint, axes: readonly Axis[]): RunPlan {
  const replay = axes.find(({ name }) => name === 'replayShare');
  const replayShare = replay ? Math.max(...replay.values.map(Number)) : plan.settings.replayShare;
  return { ...plan, settings: { ...plan.settings, replayShare, maxFall: 1 } };
}

/** Equal for points that share what is written. */
export function writingKey({ values }: SweepPoint, axes: readonly Axis[]): string {
  const names = axes.flatMap(({ name }, i) =>
    afterWriting.includes(name) ? [] : [`${name}-${String(values[i])}`],
  );
  return names.join('_') || 'all';
}

/** A folder's name for a point. */
export const pointName = ({ values }: SweepPoint, axes: readonly Axis[]): string =>
  axes.map(({ name }, i) => `${name}-${String(values[i])}`).join('_');
