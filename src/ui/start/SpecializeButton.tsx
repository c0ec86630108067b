import { Button } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { chosenDomain, isGoing, type AppState } from '../store/appState.ts';
import classes from './start.module.css';

/** Why the button cannot be pressed, or null. */
function hindrance({ engine, run, domains }: AppState): string | null {
  if (engine.kind === 'failed') return 'The engine could not start; see above.';
  if (run && isGoing(run.status)) return 'A run is going. It can be paused or cancelled above.';
  if (engine.kind === 'loading' || domains.length === 0) return 'Loading the model…';
  return null;
}

export function SpecializeButton() {
  const app = useApp();
  const reason = useAppState(hindrance);
  const name = useAppState((state) => chosenDomain(state)?.domain.name);
  return (
    <div className={classes.go}>
      <Button
        size="xl"
        radius="lg"
        fullWidth
        className={classes.goButton}
        disabled={reason !== null}
        onClick={() => void app.driver.start()}
      >
        Specialize
      </Button>
      <p role="note">
        {reason ??
          `The model becomes an expert in ${name ?? 'your field'}. You can pause or cancel at any time.`}
      </p>
    </div>
  );
}
