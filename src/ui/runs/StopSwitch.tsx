import { Switch } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import type { OpenRun } from '../store/appState.ts';

/** Lets a run that this tab drives stop before it trains; nothing where it is too late for that. */
export function StopSwitch({ run }: { readonly run: OpenRun }) {
  const app = useApp();
  const isWanted = useAppState((state) => state.stopsBeforeTraining);
  if (run.owner !== 'here' || run.state.hasDataset || run.setup.sweepOf !== undefined) return null;
  return (
    <Switch
      label="Stop before training"
      checked={isWanted}
      onChange={(event) => {
        const { checked } = event.currentTarget;
        void app.attempt(() => app.driver.stopBeforeTraining(checked));
      }}
    />
  );
}
