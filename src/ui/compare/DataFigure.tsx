import type { Report } from '../../workerApi/runEvent.ts';
import { points } from '../format.ts';
import { dataPoints } from './dataShares.ts';
import { ScoreFigure } from './ScoreFigure.tsx';

/** How much data it takes: scores over the share of the written tasks that was trained on; nothing for fewer than three. */
export function DataFigure({ report }: { readonly report: Report }) {
  const measured = dataPoints(report);
  if (measured.length < 3) return null;
  const words = `${measured.map(({ name, heldOut }) => `${name}: ${points(heldOut)}`).join(', ')}.`;
  return (
    <ScoreFigure measured={measured} words={words}>
      {words} Circles are unseen tasks, squares general ones; points of F1 over the share of the written tasks
      that was trained on.
    </ScoreFigure>
  );
}
