import type { AdapterName, Adapters } from '../../workerApi/runEvent.ts';
import { smallNumber } from '../format.ts';
import { triesOf } from '../store/precisionWords.ts';
import { modelNames } from '../store/runProgress.ts';
import type { Training } from '../store/runState.ts';
import classes from './train.module.css';

const stepsOf = (training: Training | undefined) =>
  (training?.steps ?? []).toReversed().map((step) => ({ ...step, tries: triesOf(step.step, training!) }));

/** Every step in numbers, newest first. */
export function StepTable({ trainings }: { readonly trainings: Adapters<Training> }) {
  const names = Object.keys(trainings) as AdapterName[];
  const rows = names
    .toReversed()
    .flatMap((name) => stepsOf(trainings[name]).map((step) => ({ name, ...step })));
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label="Training steps">
      <table className={classes.table}>
        <thead>
          <tr>
            {['Adapter', 'Step', 'Loss', 'Gradient norm', 'Learning rate', 'Tokens', 'Seconds'].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, step, tries, loss, gradNorm, learningRate, tokens, seconds }) => (
            <tr key={`${name}-${step}`}>
              <td>{modelNames[name]}</td>
              <td>{tries > 1 ? `${step} (${tries} tries)` : step}</td>
              <td>{loss.toFixed(4)}</td>
              <td>{smallNumber(gradNorm)}</td>
              <td>{smallNumber(learningRate)}</td>
              <td>{tokens}</td>
              <td>{seconds.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
