import { Button } from '@mantine/core';
import { useState } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import { StopSwitch } from '../runs/StopSwitch.tsx';
import { isGoing, type OpenRun } from '../store/appState.ts';
import { describeProgress } from '../store/runProgress.ts';
import { inSweep } from '../store/sweepWords.ts';
import { CancelDialog } from './CancelDialog.tsx';
import classes from './shell.module.css';

/** Where the run is, and its three controls, at every station for as long as it is going. */
export function RunBar() {
  const run = useAppState((state) => state.run);
  const sweep = useAppState((state) => state.sweep);
  if (!run || !isGoing(run.status)) return null;
  const { title: phase, share, text } = describeProgress(run.state, run.secondsLeft);
  const title = inSweep(sweep, phase);
  const isPaused = run.status === 'paused';
  return (
    <div className={classes.runBar} role="region" aria-label="Run">
      <div className={classes.runBarRow}>
        <div className={classes.runBarText}>
          <strong>{isPaused ? `${title} (paused)` : title}</strong>
          <span>{text}</span>
        </div>
        {run.owner === 'here' ? <RunControls run={run} /> : <ElsewhereNote />}
      </div>
      <Progress label={title} share={share} text={text} isPaused={isPaused} />
    </div>
  );
}

interface ProgressProps {
  readonly label: string;
  readonly share: number | null;
  readonly text: string;
  readonly isPaused: boolean;
}

function Progress({ label, share, text, isPaused }: ProgressProps) {
  return (
    <div
      className={classes.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      aria-valuetext={isPaused ? `Paused. ${text}` : text}
      data-unknown={share === null || undefined}
      data-paused={isPaused || undefined}
    >
      <div className={classes.progressFill} style={{ transform: `scaleX(${share ?? 0.3})` }} />
    </div>
  );
}

function RunControls({ run }: { readonly run: OpenRun }) {
  const app = useApp();
  const [isAsking, setIsAsking] = useState(false);
  const isPaused = run.status === 'paused';
  const toggle = () => void app.attempt(() => (isPaused ? app.driver.resume() : app.driver.pause()));
  return (
    <div className={classes.runControls}>
      <StopSwitch run={run} />
      <Button
        variant="default"
        size="sm"
        leftSection={<Icon name={isPaused ? 'play' : 'pause'} size={16} />}
        onClick={toggle}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <Button
        variant="default"
        size="sm"
        leftSection={<Icon name="stop" size={16} />}
        onClick={() => setIsAsking(true)}
      >
        Cancel
      </Button>
      <CancelDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        onCancel={() => {
          setIsAsking(false);
          void app.attempt(() => app.driver.cancel());
        }}
      />
    </div>
  );
}

function ElsewhereNote() {
  return <span className={classes.elsewhere}>Another tab is running this; you are watching.</span>;
}
