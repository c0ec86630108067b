import { Button } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import { isGoing } from '../store/appState.ts';
import classes from './shell.module.css';

/** A newer version of the page is here; when it is used, the person says. */
export function UpdateNotice() {
  const app = useApp();
  const hasUpdate = useAppState(({ offline }) => offline.kind === 'kept' && offline.hasUpdate);
  const isRunning = useAppState(({ run }) => run !== null && isGoing(run.status));
  if (!hasUpdate) return null;
  return (
    <div className={classes.notice} role="status">
      <Icon name="info" />
      <p>
        {isRunning
          ? 'A new version of Whittle is ready. It waits until the run is over.'
          : 'A new version of Whittle is ready. Reload whenever you like.'}
      </p>
      {!isRunning && (
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => void app.attempt(() => app.takeNewVersion())}
        >
          Reload
        </Button>
      )}
    </div>
  );
}
