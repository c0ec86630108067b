import { Button } from '@mantine/core';
import { useApp } from '../appContext.ts';
import type { OpenRun } from '../store/appState.ts';
import { SweptRunButton } from './SweptRunButton.tsx';
import classes from './runEnding.module.css';

const sentences: Partial<Record<OpenRun['status'], string>> = {
  waiting:
    'This run stopped before training, so that you can look through its tasks. What you decide goes with it.',
  cancelled: 'This run was cancelled. What it had done by then is below.',
  interrupted:
    'This run was interrupted when its tab closed. What it had done is safe; the rest can be done now.',
};

/** For a run that ended before its results: why, and the way on. */
export function RunEnding({ run }: { readonly run: OpenRun }) {
  const app = useApp();
  const text = run.status === 'failed' ? (run.failure ?? 'This run failed.') : sentences[run.status];
  if (!text) return null;
  return (
    <div className={classes.ending} data-status={run.status}>
      <p>{text}</p>
      <Button variant="default" onClick={() => void app.attempt(() => app.driver.continue())}>
        {run.status === 'waiting' ? 'Go on to training' : 'Continue'}
      </Button>
      <Button variant="default" onClick={() => void app.attempt(() => app.driver.start(run.setup))}>
        Start over
      </Button>
      <SweptRunButton run={run} />
    </div>
  );
}
