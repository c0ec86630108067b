import { useAppState } from '../appContext.ts';
import { Remark } from '../parts/Remark.tsx';
import type { Place } from '../store/appState.ts';
import classes from './runEnding.module.css';

const stationsOfRuns: readonly Place[] = ['generate', 'curate', 'train', 'compare'];

/** What a run has to say about how it went, wherever the run is shown. Spoken by the announcer. */
export function RunNotes() {
  const notes = useAppState(({ run, step }) =>
    stationsOfRuns.includes(step) ? run?.state.notes : undefined,
  );
  if (!notes || notes.length === 0) return null;
  return (
    <ul className={classes.notes}>
      {[...new Set(notes)].map((text) => (
        <li key={text}>
          <Remark text={text} />
        </li>
      ))}
    </ul>
  );
}
