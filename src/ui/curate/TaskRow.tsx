import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { ruleTitle } from '../parts/ruleTitles.ts';
import { sourceOf } from './sourceWords.ts';
import { StandingMark } from './StandingMark.tsx';
import classes from './table.module.css';

interface TaskRowProps {
  readonly id: string;
  readonly task: GeneratedTask;
  readonly place: { readonly index: number; readonly start: number; readonly height: number };
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onToggle: (() => void) | null;
  readonly onOpen: () => void;
}

/** A task as a row of the table, where it belongs in the whole height of all rows. */
export function TaskRow({ id, task, place, isActive, isSelected, onToggle, onOpen }: TaskRowProps) {
  const { instruction, input, output, rejection } = task;
  return (
    <div
      id={id}
      role="row"
      className={classes.row}
      aria-rowindex={place.index + 2}
      aria-selected={onToggle ? isSelected : undefined}
      data-active={isActive || undefined}
      style={{ height: place.height, transform: `translateY(${place.start}px)` }}
    >
      {onToggle && (
        <div role="gridcell" className={classes.check}>
          <label>
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={`Select: ${instruction}`}
              checked={isSelected}
              onChange={onToggle}
            />
          </label>
        </div>
      )}
      <div role="gridcell" className={classes.question}>
        <button type="button" tabIndex={-1} onClick={onOpen}>
          {instruction || <em>(nothing)</em>}
          {input && <span className={classes.dim}> {input}</span>}
        </button>
      </div>
      <div role="gridcell" className={classes.answer}>
        {output ?? <span className={classes.dim}>–</span>}
      </div>
      <div role="gridcell" className={classes.source}>
        {sourceOf(task)}
      </div>
      <div role="gridcell">
        <StandingMark task={task} />
      </div>
      <div role="gridcell" className={classes.reason}>
        {rejection && (
          <span title={rejection.reason}>
            <strong>{ruleTitle(rejection.rule)}.</strong> {rejection.reason}
          </span>
        )}
      </div>
    </div>
  );
}
