import type { ReactNode } from 'react';
import type { Task } from '../../workerApi/domain.ts';
import classes from './taskCard.module.css';

interface TaskCardProps {
  readonly task: Omit<Task, 'output'> & { readonly output?: string };
  readonly tag?: string;
  /** Shown instead of an answer, or below it. */
  readonly note?: ReactNode;
  /** A button below it. */
  readonly action?: ReactNode;
  readonly tone?: 'rejected' | 'pending';
}

/** A task as people read it: question, the text it is about, answer. */
export function TaskCard({ task: { instruction, input, output }, tag, note, action, tone }: TaskCardProps) {
  return (
    <article className={classes.task} data-tone={tone}>
      <p className={classes.instruction}>{instruction || <em>(nothing)</em>}</p>
      {input && <p className={classes.input}>{input}</p>}
      {output !== undefined && <p className={classes.output}>{output}</p>}
      {(note ?? tag ?? (action || null)) && (
        <footer className={classes.foot}>
          {note && <span className={classes.note}>{note}</span>}
          {tag && <span className={classes.tag}>{tag}</span>}
          {action}
        </footer>
      )}
    </article>
  );
}
