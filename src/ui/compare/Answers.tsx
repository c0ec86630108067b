import { Switch } from '@mantine/core';
import { useState } from 'react';
import type { EvaluatedModel, ModelEvaluation, ScoredAnswer } from '../../workerApi/runEvent.ts';
import { Icon } from '../parts/Icon.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { modelNames } from '../store/runProgress.ts';
import classes from './compare.module.css';

type Evaluations = Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;

interface AnsweredItem {
  readonly id: string;
  readonly base: ScoredAnswer;
  readonly specialist: ScoredAnswer;
}

/** Every unseen task with what the base and the specialist said. */
export function Answers({ evaluations }: { readonly evaluations: Evaluations }) {
  const [isOnlyChanged, setIsOnlyChanged] = useState(false);
  const items = pair(evaluations).filter(
    ({ base, specialist }) => !isOnlyChanged || base.f1 !== specialist.f1,
  );
  return (
    <div className={classes.answers}>
      <Switch
        label="Only where the score changed"
        checked={isOnlyChanged}
        onChange={(event) => setIsOnlyChanged(event.currentTarget.checked)}
      />
      <ShowMore items={items} render={(item) => <Item key={item.id} item={item} />} />
    </div>
  );
}

function pair({ base, specialized }: Evaluations): AnsweredItem[] {
  return (base?.heldOut.answers ?? []).flatMap((answer, i) => {
    const specialist = specialized?.heldOut.answers[i];
    return specialist ? [{ id: answer.item.id, base: answer, specialist }] : [];
  });
}

function Item({ item: { base, specialist } }: { readonly item: AnsweredItem }) {
  const { instruction, input, output } = base.item;
  return (
    <article className={classes.answer}>
      <p className={classes.question}>{instruction}</p>
      {input && <p className={classes.input}>{input}</p>}
      <p className={classes.right}>
        Right answer: <strong>{output}</strong>
      </p>
      <div className={classes.pair}>
        <Given title={modelNames.base} answer={base} />
        <Given title={modelNames.specialized} answer={specialist} />
      </div>
    </article>
  );
}

function Given({ title, answer }: { readonly title: string; readonly answer: ScoredAnswer }) {
  const isRight = answer.exactMatch === 1;
  const isPartly = !isRight && answer.f1 > 0;
  return (
    <div className={classes.given} data-right={isRight || undefined}>
      <span className={classes.givenTitle}>
        {title}
        <span className={classes.mark}>
          <Icon name={isRight ? 'check' : isPartly ? 'equal' : 'cross'} size={14} />
          {isRight ? 'right' : isPartly ? 'partly right' : 'wrong'}
        </span>
      </span>
      <span>{answer.answer || <em>(nothing)</em>}</span>
    </div>
  );
}
