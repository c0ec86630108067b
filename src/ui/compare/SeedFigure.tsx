import type { Report } from '../../workerApi/runEvent.ts';
import { pointScores, scoresOf, type SweepScores } from '../../workerApi/sweep.ts';
import { points } from '../format.ts';
import { seedsUsed, type SeedPoint, type SweptRun } from '../store/seedPoints.ts';
import { describeMissing } from '../store/sweepWords.ts';
import classes from './compare.module.css';
import { ScoreFigure } from './ScoreFigure.tsx';
import { scorePoint } from './scorePoint.ts';

interface SeedFigureProps {
  readonly run: SweptRun;
  /** Of `run`. */
  readonly report: Report;
  /** Fewest seeds first. */
  readonly points: readonly SeedPoint[];
  /** Of finished points, as far as they were read. */
  readonly reports: Readonly<Record<string, Report | null>>;
}

/** Scores over the number of examples, the run's own last: as a table, and drawn as soon as there are two. */
export function SeedFigure({ run, report, points: swept, reports }: SeedFigureProps) {
  const all = seedsUsed(run.setup);
  const rows = swept.map((point): SeedRow => {
    const { seeds } = point;
    const own = point.run ? reports[point.run.id] : undefined;
    return own ? { seeds, scores: pointScores(own) } : { seeds, missing: describeMissing(point, own) };
  });
  const tested = [...rows, { seeds: all, scores: pointScores(report) }];
  const base = scoresOf(report, 'base');
  const measured = tested.flatMap(({ seeds, scores }) => (scores ? scorePoint(String(seeds), scores) : []));
  const words = `Base model: ${percent(base.heldOut)}. With examples: ${measured.map(({ name, heldOut }) => `${name}: ${points(heldOut)}`).join(', ')}.`;
  return (
    <>
      <SeedTable base={base} rows={tested} />
      {measured.length > 1 && (
        <ScoreFigure measured={measured} base={base.heldOut} words={words}>
          {words} Circles are unseen tasks, squares general ones, the dashed line is the base model on unseen
          tasks; points of F1 over the number of your examples. One run each: a difference of a few points may
          be chance.
        </ScoreFigure>
      )}
    </>
  );
}

interface SeedRow {
  readonly seeds: number;
  readonly scores?: SweepScores;
  /** Why there are no scores. */
  readonly missing?: string;
}

interface SeedTableProps {
  readonly base: SweepScores;
  /** The run's own last. */
  readonly rows: readonly SeedRow[];
}

function SeedTable({ base, rows }: SeedTableProps) {
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label="Scores by number of examples">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Examples</th>
            <th scope="col">Unseen tasks</th>
            <th scope="col">General tasks</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">None (base model)</th>
            <ScoreCells scores={base} />
          </tr>
          {rows.map(({ seeds, scores, missing }, i) => (
            <tr key={seeds}>
              <th scope="row">{i === rows.length - 1 ? `${seeds} (this run)` : seeds}</th>
              {scores ? <ScoreCells scores={scores} /> : <td colSpan={2}>{missing}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ScoreCells = ({ scores }: { readonly scores: SweepScores }) => (
  <>
    <td>{percent(scores.heldOut)}</td>
    <td>{percent(scores.general)}</td>
  </>
);

const percent = (score: number | undefined): string => (score === undefined ? '–' : points(score));
