import { Button } from '@mantine/core';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { useApp, useAppState } from '../appContext.ts';
import { mayChange, oppositeOf } from '../store/taskDecisions.ts';

const words = { keep: 'Keep anyway', discard: 'Discard' } as const;

/** Overrules what became of a task. Nothing where it may not be overruled. */
export function DecideButton({ task }: { readonly task: GeneratedTask }) {
  const app = useApp();
  const isFree = useAppState(({ run }) => run !== null && mayChange(run.state, task));
  if (!isFree) return null;
  return (
    <Button size="compact-sm" variant="default" onClick={() => void app.decideTask(task)}>
      {words[oppositeOf(task)]}
    </Button>
  );
}
