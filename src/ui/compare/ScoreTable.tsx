import type { Comparisons, EvaluatedModel, ReportRow } from '../../workerApi/runEvent.ts';
import { points, signedPoints } from '../format.ts';
import { modelNames } from '../store/runProgress.ts';
import { verdictTitles } from './verdict.ts';
import classes from './compare.module.css';

const columns: readonly EvaluatedModel[] = ['base', 'seedsOnly', 'specialized'];
const sourceNames: Readonly<Record<string, string>> = {
  pretraining: 'Known from the start',
  documents: 'Only in your texts',
};

const readable = (name: string): string => {
  const words = name.replace(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** F1 out of 100 per group of tasks, the whole first. */
export function ScoreTable({ comparisons }: { readonly comparisons: Comparisons }) {
  const { overall, tasks, sources } = comparisons;
  const shown = columns.filter((model) => overall.models[model]);
  const verdict = comparisons.comparisons.find(
    ({ of, with: other }) => of === 'specialized' && other === 'base',
  )?.verdict;
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label="Scores">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Tasks</th>
            {shown.map((model) => (
              <th key={model} scope="col">
                {modelNames[model]}
              </th>
            ))}
            <th scope="col">Change</th>
            <th scope="col">Most frequent answer</th>
          </tr>
        </thead>
        <tbody>
          <ScoreRow
            row={{ ...overall, name: 'All together' }}
            shown={shown}
            note={verdict && verdictTitles[verdict]}
            isTotal
          />
          {sources.map((row) => (
            <ScoreRow
              key={row.name}
              row={{ ...row, name: sourceNames[row.name] ?? row.name }}
              shown={shown}
            />
          ))}
          {tasks.map((row) => (
            <ScoreRow key={row.name} row={row} shown={shown} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ScoreRowProps {
  readonly row: ReportRow;
  readonly shown: readonly EvaluatedModel[];
  readonly note?: string | undefined;
  readonly isTotal?: boolean;
}

function ScoreRow({ row, shown, note, isTotal }: ScoreRowProps) {
  const { name, count, models, majority } = row;
  const change = (models.specialized?.f1 ?? 0) - (models.base?.f1 ?? 0);
  const tone = Math.round(change * 100) === 0 ? 'same' : change > 0 ? 'better' : 'worse';
  return (
    <tr data-total={isTotal || undefined}>
      <th scope="row">
        {readable(name)} <span className={classes.count}>{count}</span>
      </th>
      {shown.map((model) => (
        <td key={model} data-model={model}>
          {models[model] ? points(models[model].f1) : '–'}
        </td>
      ))}
      <td>
        <span className={classes.change} data-tone={tone}>
          {signedPoints(change)}
        </span>
        {note && <span className={classes.verdictNote}>{note}</span>}
      </td>
      <td className={classes.faint}>{majority ? points(majority.f1) : '–'}</td>
    </tr>
  );
}
