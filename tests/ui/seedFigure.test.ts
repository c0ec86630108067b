import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { SeedFigure } from '../../src/ui/compare/SeedFigure.tsx';
import type { RunSummary } from '../../src/ui/store/appState.ts';
import type { SeedPoint } from '../../src/ui/store/seedPoints.ts';
import type { Report } from '../../src/workerApi/runEvent.ts';
import type { RunSetup } from '../../src/workerApi/whittleWorkerApi.ts';

const scores = (base: number, specialized: number) => ({
  overall: { models: { base: { f1: base }, specialized: { f1: specialized } } },
});
const reportOf = (heldOut: number, general: number, more: Partial<Report> = {}) =>
  ({ heldOut: scores(0.15, heldOut), retention: scores(0.7, general), ...more }) as unknown as Report;
const setup = { domain: { seeds: Array.from({ length: 24 }) }, parameters: {} } as unknown as RunSetup;
const point = (seeds: number, status?: RunSummary['status'], failure?: string): SeedPoint => ({
  seeds,
  run: status ? ({ id: `run-${seeds}`, status, failure } as unknown as RunSummary) : null,
});

const render = (report: Report, points: readonly SeedPoint[], reports: Record<string, Report | null>) =>
  renderToStaticMarkup(createElement(SeedFigure, { run: { id: 'whole', setup }, report, points, reports }));
const rowsOf = (html: string) =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/g)].slice(1).map((row) => row[1]!.replaceAll(/<[^>]+>/g, ' ').trim().split(/\s{2,}/)); // prettier-ignore

it('draws the scores over the number of examples, the run itself last, and has them as a table', () => {
  const points = [point(3, 'finished'), point(6, 'failed', 'No room.'), point(12)];
  const html = render(reportOf(0.4, 0.6), points, { 'run-3': reportOf(0.2, 0.65) });
  expect(html).toContain('aria-label="Base model: 15. With examples: 3: 20, 24: 40."');
  expect(html.match(/<circle /g)).toHaveLength(2);
  expect(html.match(/<rect /g)).toHaveLength(2);
  expect(html).toContain('>base model</text>');
  expect(rowsOf(html)).toEqual([
    ['None (base model)', '15', '70'],
    ['3', '20', '65'],
    ['6', 'failed: No room.'],
    ['12', 'not run yet'],
    ['24 (this run)', '40', '60'],
  ]);
});

it('compares a run of two rounds by its first, which is all that its points have', () => {
  const first = { round: 1, heldOut: { f1: 0.33 }, sources: [], retention: { f1: 0.66 } };
  const report = reportOf(0.4, 0.6, { rounds: [first, first] as unknown as NonNullable<Report['rounds']> });
  expect(rowsOf(render(report, [], {})).at(-1)).toEqual(['24 (this run)', '33', '66']);
});

it('draws nothing from one point alone', () => {
  expect(
    render(reportOf(0.4, 0.6), [point(3, 'finished'), point(6, 'finished')], { 'run-6': null }),
  ).not.toContain('<svg');
});
