import { useAppState } from '../appContext.ts';
import { isGoing, type OpenRun } from '../store/appState.ts';
import { describeProgress, describeShortage, trainingOf } from '../store/runProgress.ts';
import { inSweep } from '../store/sweepWords.ts';
import classes from './shell.module.css';

const endings: Partial<Record<OpenRun['status'], string>> = {
  paused: 'Paused.',
  waiting: 'The run stopped before training. Its tasks are on the Curate page.',
  finished: 'The run is finished. The results are on the Compare page.',
  cancelled: 'The run was cancelled.',
  interrupted: 'The run was interrupted.',
};

/** Changes only with the phase, at every tenth of it, and at the end: what deserves to be spoken. */
function announcementOf(run: OpenRun | null): string {
  if (!run) return '';
  if (run.status === 'failed') return `The run failed. ${run.failure ?? ''}`;
  const ending = endings[run.status];
  if (ending) return ending;
  const { title, share } = describeProgress(run.state);
  const tenths = share === null ? 0 : Math.floor(share * 10);
  return tenths === 0 ? `${title}.` : `${title}, ${tenths * 10} percent.`;
}

/** Apart from the progress, which would say it again at every tenth. */
function shortageOf(run: OpenRun | null): string {
  return run && isGoing(run.status) ? (describeShortage(trainingOf(run.state)) ?? '') : '';
}

export function Announcer() {
  const text = useAppState(({ run, sweep }) =>
    inSweep(run?.setup.sweepOf === undefined ? null : sweep, announcementOf(run)),
  );
  const shortage = useAppState((state) => shortageOf(state.run));
  const note = useAppState((state) => state.run?.state.notes.at(-1) ?? '');
  return (
    <div className={classes.srOnly}>
      <div role="status">{text}</div>
      <div role="status">{shortage}</div>
      <div role="status">{note}</div>
    </div>
  );
}
