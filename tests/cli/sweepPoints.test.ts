import { describe, expect, it } from 'vitest';
import { parseAxes, pointName, sweepPoints, writingKey, writingPlan } from '../../src/cli/sweepPoints.ts';
import type { RunPlan } from '../../src/engine/runPlan.ts';
import { renderSweepPlot, renderSweepTable, type SweepResult } from '../../src/cli/sweepTable.ts';
import { pocketAdapter } from '../../src/engine/adapterSettings.ts';
import type { Report } from '../../src/specialize/report.ts';
import { pocketSettings } from '../../src/specialize/presets.ts';

const plan = { settings: pocketSettings, adapter: pocketAdapter } as RunPlan;

describe('the points of a sweep', () => {
  const axes = parseAxes('learningRate=5e-4,1e-3; replayShare=0,0.5; seed=1,2');

  it('are all combinations, each with its settings in their place', () => {
    const points = sweepPoints(plan, axes);
    expect(points.map((point) => point.values.join(' '))).toEqual(
      ['0.0005', '0.001'].flatMap((rate) => [' 0 1', ' 0 2', ' 0.5 1', ' 0.5 2'].map((rest) => rate + rest)),
    );
    expect(points[3]!.plan.adapter.learningRate).toBe(5e-4);
    expect(points[3]!.plan.settings).toMatchObject({ replayShare: 0.5, seed: 2 });
    expect(pointName(points[3]!, axes)).toBe('learningRate-0.0005_replayShare-0.5_seed-2');
  });

  it('share what is written where they differ in nothing before', () => {
    const points = sweepPoints(plan, axes);
    expect([...new Set(points.map((point) => writingKey(point, axes)))]).toEqual(['seed-1', 'seed-2']);
    expect(writingPlan(points[0]!, axes).settings.replayShare).toBe(0.5);
    const seeds = parseAxes('seedCount=4,8');
    expect(sweepPoints(plan, seeds).map((point) => writingKey(point, seeds))).toEqual(['seedCount-4', 'seedCount-8']); // prettier-ignore
  });

  it.each([
    ['learningRate', /takes "name=value,value; name=value,value", not "learningRate"/],
    ['rank=', /not "rank="/],
    ['rank=1;alpha=2;epochs=3', /at most two settings besides the seed/],
  ])('refuse %s', (text, message) => expect(() => parseAxes(text)).toThrow(message));

  it('refuse settings that there are not', () => {
    expect(() => sweepPoints(plan, parseAxes('lr=1'))).toThrow('There is no setting "lr".');
    expect(() => sweepPoints(plan, parseAxes('tasks=-1'))).toThrow(/Setting "tasks" is -1/);
  });
});

describe('the results of a sweep', () => {
  const report = (heldOut: number, general: number) =>
    ({
      counts: { train: 100 },
      heldOut: { overall: { models: { base: { f1: 0.1 }, specialized: { f1: heldOut } } } },
      retention: { overall: { models: { base: { f1: 0.7 }, specialized: { f1: general } } } },
    }) as unknown as Report;
  const axes = parseAxes('replayShare=0,0.5; seed=1,2');
  const results: SweepResult[] = [
    { values: [0, 1], report: report(0.4, 0.5) },
    { values: [0, 2], report: report(0.5, 0.6) },
    { values: [0.5, 1], report: report(0.3, 0.7) },
    { values: [0.5, 2], report: report(0.3, 0.7) },
  ];

  it('are a row per combination, the mean of its seeds', () => {
    const [, , first, second] = renderSweepTable(axes, results).split('\n');
    expect(first).toBe('| 0 | 2 | 100 | 10.0 | 45.0 | 70.0 | 55.0 |');
    expect(second).toBe('| 0.5 | 2 | 100 | 10.0 | 30.0 | 70.0 | 70.0 |');
  });

  it('are a line per set, with a bar from the lowest to the highest seed', () => {
    const plot = renderSweepPlot(axes, results)!;
    expect(plot).toContain('F1 over replayShare');
    expect(plot).toContain('>held-out</text>');
    expect(plot.match(/stroke-width="1.5"/g)).toHaveLength(4);
    expect(renderSweepPlot(parseAxes('noveltyScope=task,answeredTask'), [])).toBeNull();
  });
});
