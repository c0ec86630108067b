import type { ControlName } from '../../workerApi/runParameters.ts';
import type { EvaluatedModel, Report } from '../../workerApi/runEvent.ts';
import { points, signedPoints } from '../format.ts';
import { isControl, modelNames } from '../store/runProgress.ts';
import classes from './compare.module.css';
import { comparisonOf, verdictTitles } from './verdict.ts';

/** The controls of a run, in the order of their trainings. */
export function controlsIn({ heldOut }: Report): ControlName[] {
  return (Object.keys(heldOut.overall.models) as EvaluatedModel[]).filter(isControl);
}

/** What each control scored, and whether the specialist is better than it. */
export function ControlTable({ report }: { readonly report: Report }) {
  const { models } = report.heldOut.overall;
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label="Controls">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Trained on</th>
            <th scope="col">Unseen tasks</th>
            <th scope="col">General tasks</th>
            <th scope="col">Specialist against it</th>
          </tr>
        </thead>
        <tbody>
          {controlsIn(report).map((name) => (
            <tr key={name}>
              <th scope="row">{modelNames[name]}</th>
              <td>{points(models[name]?.f1 ?? 0)}</td>
              <td>{points(report.retention?.overall.models[name]?.f1 ?? 0)}</td>
              <td>{describeAdvantage(report, name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** "+12 (+5 to +19): better". */
function describeAdvantage(report: Report, control: ControlName): string {
  const comparison = comparisonOf(report, control);
  if (!comparison) return '–';
  const { mean, low, high } = comparison.difference;
  const range = `${signedPoints(low)} to ${signedPoints(high)}`;
  return `${signedPoints(mean)} (${range}): ${verdictTitles[comparison.verdict].toLowerCase()}`;
}
