import { useMemo, useState } from 'react';
import type { EvaluatedModel, ModelEvaluation, ScoredAnswer } from '../../workerApi/runEvent.ts';
import chips from '../parts/chips.module.css';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { modelNames } from '../store/runProgress.ts';
import { pairAnswers, verdictWords, type AnsweredItem, type RowVerdict } from './rowVerdict.ts';
import classes from './compare.module.css';

type Evaluations = Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;
type Choice = RowVerdict | 'all';

const choices = ['all', 'worse', 'better', 'same'] as const satisfies readonly Choice[];
const choiceWords: Record<Choice, string> = { all: 'All', ...verdictWords };

/** Every unseen task with what the base and the specialist said, or only those that got worse, better or neither. */
export function Answers({ evaluations }: { readonly evaluations: Evaluations }) {
  const [chosen, setChosen] = useState<Choice>('all');
  const items = useMemo(() => pairAnswers(evaluations), [evaluations]);
  const having = (choice: Choice) => items.filter(({ verdict }) => choice === 'all' || verdict === choice);
  const shown = having(chosen);
  return (
    <div className={classes.answers}>
      <div className={chips.chips} role="group" aria-label="Which tasks">
        {choices.map((choice) => (
          <button
            key={choice}
            type="button"
            aria-pressed={choice === chosen}
            onClick={() => setChosen(choice)}
          >
            <span>{choiceWords[choice]}</span>
            <strong>{having(choice).length}</strong>
          </button>
        ))}
      </div>
      {shown.length === 0 && <p className={classes.none}>None.</p>}
      <ShowMore items={shown} render={(item) => <Item key={item.id} item={item} />} />
    </div>
  );
}

function Item({ item: { base, specialist, verdict } }: { readonly item: AnsweredItem }) {
  const { instruction, input, output } = base.item;
  return (
    <article className={classes.answer}>
      <p className={classes.question}>
        {instruction} <VerdictMark verdict={verdict} />
      </p>
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

const verdictIcons: Record<RowVerdict, IconName> = { better: 'up', worse: 'down', same: 'equal' };

function VerdictMark({ verdict }: { readonly verdict: RowVerdict }) {
  return (
    <span className={classes.verdictMark} data-tone={verdict}>
      <Icon name={verdictIcons[verdict]} size={13} />
      {verdictWords[verdict]}
    </span>
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
