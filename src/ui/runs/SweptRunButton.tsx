import { Button } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import type { OpenRun } from '../store/appState.ts';

/** From a point of a sweep to the run with all examples, where that is still stored. */
export function SweptRunButton({ run }: { readonly run: OpenRun }) {
  const app = useApp();
  const id = run.setup.sweepOf;
  const isStored = useAppState(({ runs }) => runs.some((stored) => stored.id === id));
  if (id === undefined || !isStored) return null;
  return (
    <Button variant="default" onClick={() => void app.attempt(() => app.openRun(id))}>
      Show the run with all examples
    </Button>
  );
}
