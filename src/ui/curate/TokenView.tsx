import { useEffect, useState } from 'react';
import { wordingOf } from '../../taskChanges.ts';
import type { TaskTokens } from '../../workerApi/curation.ts';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { useApp } from '../appContext.ts';
import { counted } from '../format.ts';
import type { OpenRun } from '../store/appState.ts';
import { messageOf } from '../store/messageOf.ts';
import { countUses, tokensInUse } from './tokenUses.ts';
import classes from './tokens.module.css';

type Found = { readonly key: string } & ({ readonly tokens: TaskTokens } | { readonly failure: string });

/** The row that training makes of a task, token by token, with what the loss counts. */
export function TokenView({ run, task }: { readonly run: OpenRun; readonly task: GeneratedTask }) {
  const app = useApp();
  const key = JSON.stringify([run.id, wordingOf(task)]);
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let isWanted = true;
    const show = (result: Found): void => {
      if (isWanted) setFound(result);
    };
    app.curation.view(run, task).then(
      (tokens) => show({ key, tokens }),
      (error: unknown) => show({ key, failure: messageOf(error) }),
    );
    return () => {
      isWanted = false;
    };
    // All that matters of run and task is in the key.
    // eslint-disable-next-line react/exhaustive-deps
  }, [app, key]);
  if (found?.key !== key) return <p className={classes.note}>Reading it as the model does …</p>;
  if ('failure' in found) return <p className={classes.note}>{found.failure}</p>;
  return <Tokens tokens={found.tokens} />;
}

/** Spaces and line ends made visible where a token is nothing else. */
const visible = (text: string): string =>
  (text.trim() === '' ? text.replaceAll(' ', '␣') : text).replaceAll('\n', '↵\n');

export function Tokens({ tokens: row }: { readonly tokens: TaskTokens }) {
  const tokens = tokensInUse(row);
  const { read, counted: taught, cut } = countUses(tokens);
  return (
    <figure className={classes.figure}>
      <figcaption>
        As training reads it: {counted(tokens.length, 'token')}.{' '}
        {taught === 0
          ? `The question alone is longer than training reads (${row.maxLength} tokens), so the task teaches nothing and is left out.`
          : 'The loss, which training brings down, counts the answer only: the question is given, the answer is to be learnt.'}
      </figcaption>
      <ul className={classes.legend}>
        <li>
          <span data-use="counted">Underlined</span> counted: {taught}
        </li>
        <li>
          <span data-use="read">Plain</span> read, not counted: {read}
        </li>
        {cut > 0 && (
          <li>
            <span data-use="cut">Struck through</span> beyond {row.maxLength} tokens, left out: {cut}
          </li>
        )}
      </ul>
      <p className={classes.tokens}>
        {tokens.map(({ text, use }, i) => (
          <span key={i} data-use={use}>
            {visible(text)}
          </span>
        ))}
      </p>
    </figure>
  );
}
