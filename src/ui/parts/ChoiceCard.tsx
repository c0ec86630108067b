import type { ReactNode } from 'react';
import classes from './parts.module.css';

interface ChoiceCardProps {
  readonly group: string;
  readonly title: string;
  readonly text: string;
  readonly meta?: ReactNode;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** A radio button as large as what it stands for. */
export function ChoiceCard({ group, title, text, meta, isChosen, onChoose }: ChoiceCardProps) {
  return (
    <label className={classes.choice} data-chosen={isChosen || undefined}>
      <input
        type="radio"
        name={group}
        checked={isChosen}
        onChange={onChoose}
        className={classes.choiceInput}
      />
      <span className={classes.choiceMark} aria-hidden="true" />
      <span className={classes.choiceBody}>
        <strong>{title}</strong>
        <span className={classes.choiceText}>{text}</span>
        {meta && <span className={classes.choiceMeta}>{meta}</span>}
      </span>
    </label>
  );
}
