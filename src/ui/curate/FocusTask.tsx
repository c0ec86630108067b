import type { Ref } from 'react';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { ruleTitle } from '../parts/ruleTitles.ts';
import classes from './curate.module.css';
import { sourceOf } from './sourceWords.ts';
import { StandingMark } from './StandingMark.tsx';

interface FocusTaskProps {
  readonly task: GeneratedTask;
  readonly label: string;
  readonly ref: Ref<HTMLElement>;
}

/** A task, large, with all that is known of it. */
export function FocusTask({ task, label, ref }: FocusTaskProps) {
  const { instruction, input, output, rejection, written } = task;
  return (
    <article ref={ref} tabIndex={-1} aria-label={label} className={classes.task}>
      <p className={classes.taskMeta}>
        <StandingMark task={task} />
        <span>written {sourceOf(task)}</span>
      </p>
      <h2>{instruction || <em>(nothing)</em>}</h2>
      {input && <p className={classes.quoted}>{input}</p>}
      <p className={classes.output}>
        {output ?? 'No answer yet; the model answers it when the run goes on.'}
      </p>
      {rejection && (
        <p className={classes.reason}>
          <strong>{ruleTitle(rejection.rule)}.</strong> {rejection.reason}
          {rejection.rule === 'heldOut' && ' It cannot be kept.'}
        </p>
      )}
      {written && (
        <p className={classes.written}>
          The model wrote: {[written.instruction, written.input, written.output].filter(Boolean).join(' → ')}
        </p>
      )}
    </article>
  );
}
