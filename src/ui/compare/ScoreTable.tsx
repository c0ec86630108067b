import { useState } from 'react';
import type { Comparisons, EvaluatedModel, ReportRow } from '../../workerApi/runEvent.ts';
import { points, signedPoints } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import { modelNames } from '../store/runProgress.ts';
import { changeOf, nextOrder, orderRows, toneOf, verdictOfChange, type RowOrder } from './rowVerdict.ts';
import { rangeWords, readable, verdictTitles } from './verdict.ts';
import classes from './compare.module.css';

/** The two that matter, and at the far end the control. */
const columns: readonly EvaluatedModel[] = ['base', 'specialized'];
const sourceNames: Readonly<Record<string, string>> = {
  pretraining: 'Known from the start',
  documents: 'Only in your texts',
};

interface ScoreTableProps {
  /** What is scored. */
  readonly of: string;
  readonly comparisons: Comparisons;
}

/**
 * F1 out of 100 per task, each with its own verdict, then what they come to together. The tasks can be put in order of
 * what they gained.
 */
export function ScoreTable({ of, comparisons }: ScoreTableProps) {
  const { overall, tasks, sources } = comparisons;
  const [order, setOrder] = useState<RowOrder>('given');
  const hasControl = overall.models.seedsOnly !== undefined;
  // Reports from before rows had comparisons of their own have this one.
  const whole = comparisons.comparisons.find(
    (comparison) => comparison.of === 'specialized' && comparison.with === 'base',
  );
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label={`Scores: ${of}`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Tasks</th>
            {columns.map((model) => (
              <th key={model} scope="col">
                {modelNames[model]}
              </th>
            ))}
            <ChangeHead order={order} onOrder={tasks.length > 1 ? setOrder : null} />
            {hasControl && <th scope="col">{modelNames.seedsOnly}</th>}
            <th scope="col">Most frequent answer</th>
          </tr>
        </thead>
        <tbody>
          {orderRows(tasks, order).map((row) => (
            <ScoreRow key={row.name} row={row} hasControl={hasControl} />
          ))}
          {sources.map((row) => (
            <ScoreRow
              key={row.name}
              row={{ ...row, name: sourceNames[row.name] ?? row.name }}
              hasControl={hasControl}
            />
          ))}
          <ScoreRow
            row={{ ...(whole && { comparison: whole }), ...overall, name: 'All together' }}
            hasControl={hasControl}
            isTotal
          />
        </tbody>
      </table>
    </div>
  );
}

interface ChangeHeadProps {
  readonly order: RowOrder;
  /** Null where there is nothing to put in order. */
  readonly onOrder: ((order: RowOrder) => void) | null;
}

const sortOfOrder = { given: 'none', worstFirst: 'ascending', bestFirst: 'descending' } as const;
const orderWords = { given: '', worstFirst: ', worst first', bestFirst: ', best first' };

function ChangeHead({ order, onOrder }: ChangeHeadProps) {
  if (!onOrder) return <th scope="col">Change</th>;
  return (
    <th scope="col" aria-sort={sortOfOrder[order]}>
      <button type="button" className={classes.sort} onClick={() => onOrder(nextOrder[order])}>
        Change{orderWords[order]}
        <Icon name={order === 'bestFirst' ? 'down' : 'up'} size={13} />
      </button>
    </th>
  );
}

function scoreOf({ models }: ReportRow, model: EvaluatedModel): string {
  const scores = models[model];
  return scores ? points(scores.f1) : '–';
}

interface ScoreRowProps {
  readonly row: ReportRow;
  readonly hasControl: boolean;
  readonly isTotal?: boolean;
}

function ScoreRow({ row, hasControl, isTotal }: ScoreRowProps) {
  const { name, count, majority, comparison } = row;
  const change = changeOf(row);
  return (
    <tr data-total={isTotal || undefined}>
      <th scope="row">
        {readable(name)} <span className={classes.count}>{count}</span>
      </th>
      {columns.map((model) => (
        <td key={model} data-model={model}>
          {scoreOf(row, model)}
        </td>
      ))}
      <td>
        <span className={classes.change} data-tone={toneOf(row)}>
          {verdictOfChange(change) === 'same' ? '±0' : signedPoints(change)}
        </span>
        {comparison && (
          <span className={classes.verdictNote}>
            {verdictTitles[comparison.verdict]} ({rangeWords(comparison.difference)})
          </span>
        )}
      </td>
      {hasControl && <td>{scoreOf(row, 'seedsOnly')}</td>}
      <td className={classes.faint}>{majority ? points(majority.f1) : '–'}</td>
    </tr>
  );
}
