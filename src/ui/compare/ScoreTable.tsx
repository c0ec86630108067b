import { useState } from 'react';
import type { Comparisons, EvaluatedModel, ReportRow } from '../../workerApi/runEvent.ts';
import { points, signedPoints } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import { modelNames } from '../store/runProgress.ts';
import {
  changeOf,
  nextOrder,
  orderRows,
  verdictOfChange,
  verdictWords,
  type RowOrder,
} from './rowVerdict.ts';
import { verdictTitles } from './verdict.ts';
import classes from './compare.module.css';

/** The two that matter, and at the far end the control. */
const columns: readonly EvaluatedModel[] = ['base', 'specialized'];
const sourceNames: Readonly<Record<string, string>> = {
  pretraining: 'Known from the start',
  documents: 'Only in your texts',
};

const readable = (name: string): string => {
  const words = name.replace(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

interface ScoreTableProps {
  /** What is scored. */
  readonly of: string;
  readonly comparisons: Comparisons;
}

/** F1 out of 100 per group of tasks, the whole first. The groups can be put in order of what they gained. */
export function ScoreTable({ of, comparisons }: ScoreTableProps) {
  const { overall, tasks, sources } = comparisons;
  const [order, setOrder] = useState<RowOrder>('given');
  const hasControl = overall.models.seedsOnly !== undefined;
  const verdict = comparisons.comparisons.find(
    (comparison) => comparison.of === 'specialized' && comparison.with === 'base',
  )?.verdict;
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
          <ScoreRow
            row={{ ...overall, name: 'All together' }}
            hasControl={hasControl}
            {...(verdict && { words: verdictTitles[verdict] })}
            isTotal
          />
          {sources.map((row) => (
            <ScoreRow
              key={row.name}
              row={{ ...row, name: sourceNames[row.name] ?? row.name }}
              hasControl={hasControl}
            />
          ))}
          {orderRows(tasks, order).map((row) => (
            <ScoreRow key={row.name} row={row} hasControl={hasControl} />
          ))}
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
  /** The verdict where it rests on more than the difference. */
  readonly words?: string;
  readonly isTotal?: boolean;
}

function ScoreRow({ row, hasControl, words, isTotal }: ScoreRowProps) {
  const { name, count, majority } = row;
  const change = changeOf(row);
  const verdict = verdictOfChange(change);
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
        <span className={classes.change} data-tone={verdict}>
          {verdict === 'same' ? '±0' : signedPoints(change)}
        </span>
        <span className={classes.verdictNote}>{words ?? verdictWords[verdict]}</span>
      </td>
      {hasControl && <td>{scoreOf(row, 'seedsOnly')}</td>}
      <td className={classes.faint}>{majority ? points(majority.f1) : '–'}</td>
    </tr>
  );
}
