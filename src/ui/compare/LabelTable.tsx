import type { Comparisons, EvaluatedModel, ReportRow } from '../../workerApi/runEvent.ts';
import { points } from '../format.ts';
import { modelNames } from '../store/runProgress.ts';
import { readable } from './verdict.ts';
import classes from './compare.module.css';

const models = ['base', 'specialized'] as const satisfies readonly EvaluatedModel[];

interface LabelTableProps {
  /** What is scored. */
  readonly of: string;
  readonly comparisons: Comparisons;
}

/** The tasks that are a choice: macro-F1 of what was answered, and how often the right choice is the likeliest one. */
export function LabelTable({ of, comparisons }: LabelTableProps) {
  const rows = comparisons.tasks.filter((row) => row.models.base?.labelF1 !== undefined);
  if (rows.length === 0) return null;
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label={`Choices: ${of}`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Tasks with choices</th>
            {models.map((model) => (
              <th key={model} scope="col">
                Label F1: {modelNames[model]}
              </th>
            ))}
            {models.map((model) => (
              <th key={model} scope="col">
                Likeliest right: {modelNames[model]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <LabelRow key={row.name} row={row} />
          ))}
        </tbody>
      </table>
      <p className={classes.footnote}>
        Label F1 is the mean over the choices, so that a rare one counts as much as a frequent one. The
        likeliest choice is the one that the model finds most likely per token, whatever it would have
        answered.
      </p>
    </div>
  );
}

const shown = (share: number | undefined): string => (share === undefined ? '–' : points(share));

function LabelRow({ row: { name, count, models: scores } }: { readonly row: ReportRow }) {
  return (
    <tr>
      <th scope="row">
        {readable(name)} <span className={classes.count}>{count}</span>
      </th>
      {models.map((model) => (
        <td key={model} data-model={model}>
          {shown(scores[model]?.labelF1)}
        </td>
      ))}
      {models.map((model) => (
        <td key={model} data-model={model}>
          {shown(scores[model]?.likeliest?.accuracy)}
        </td>
      ))}
    </tr>
  );
}
