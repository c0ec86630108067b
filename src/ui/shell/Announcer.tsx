import { useAppState } from '../appContext.ts';
import type { OpenRun } from '../store/appState.ts';
import { describeProgress } from '../store/runProgress.ts';
import classes from './shell.module.css';

const endings: Partial<Record<OpenRun['status'], string>> = {
  paused: 'Paused.',
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

export function Announcer() {
  const text = useAppState((state) => announcementOf(state.run));
  return (
    <div className={classes.srOnly} role="status" aria-live="polite">
      {text}
    </div>
  );
}
