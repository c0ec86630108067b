import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { DataFigure } from '../../src/ui/compare/DataFigure.tsx';
import type { Report } from '../../src/workerApi/runEvent.ts';

const f1 = (scores: Readonly<Record<string, number>>) => ({
  overall: {
    models: Object.fromEntries(Object.entries(scores).map(([model, score]) => [model, { f1: score }])),
  },
});
const figureOf = (heldOut: Record<string, number>, general: Record<string, number>) => {
  const report = { heldOut: f1(heldOut), retention: f1(general) } as unknown as Report;
  return renderToStaticMarkup(createElement(DataFigure, { report }));
};

it('draws the scores over the share of the data, in the order of the shares, and says them', () => {
  const scores = { base: 0.1, specialized: 0.4, half: 0.35, seedsOnly: 0.15, unfiltered: 0.3 };
  const html = figureOf(scores, { base: 0.7, specialized: 0.6, half: 0.65 });
  expect(html).toContain('aria-label="examples: 15, 1/2: 35, all: 40."');
  expect(html.match(/<circle /g)).toHaveLength(3);
  expect(html.match(/<rect /g)).toHaveLength(2);
});

it('draws nothing where no share was tried', () => {
  expect(figureOf({ base: 0.1, specialized: 0.4, seedsOnly: 0.15 }, {})).toBe('');
});
