import { expect, it } from 'vitest';
import { renderLinePlot } from '../../src/evaluation/linePlot.ts';

const plot = renderLinePlot({
  title: 'F1 & data',
  xLabel: 'tasks',
  yLabel: 'F1',
  lines: [
    {
      name: 'held-out',
      points: [
        { x: 100, y: 20, low: 10, high: 30 },
        { x: 200, y: 40 },
      ],
    },
    { name: 'general', points: [{ x: 200, y: 60 }] },
  ],
});

it('places points by their order in x and their size in y, intervals as bars', () => {
  // Two x values in 434 px from 56: centres at 164.5 and 381.5. From 0 to 60 in 272 px down to 312.
  expect(plot).toContain('<path d="M164.5 221.3L381.5 130.7"');
  expect(plot).toContain('<path d="M164.5 266.7V176"');
  expect(plot.match(/<circle/g)).toHaveLength(3);
  expect(plot).toContain('>60</text>');
  expect(plot).toContain('F1 &#38; data');
});

it('holds values below zero, and draws nothing where there is nothing', () => {
  const below = renderLinePlot({ title: '', xLabel: '', yLabel: '', lines: [{ name: 'a', points: [{ x: 1, y: -3 }] }] }); // prettier-ignore
  expect(below).toContain('>-3</text>');
  expect(renderLinePlot({ title: '', xLabel: '', yLabel: '', lines: [] })).not.toContain('NaN');
});
