import { Button } from '@mantine/core';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { useApp } from '../appContext.ts';
import { decisionOn } from '../store/decideTask.ts';

const words = { taskRescued: 'Keep anyway', taskDiscarded: 'Discard' } as const;

/** Overrules what became of a task. Nothing where it may not be overruled. */
export function DecideButton({ task }: { readonly task: GeneratedTask }) {
  const app = useApp();
  const decision = decisionOn(task);
  if (decision === null) return null;
  return (
    <Button size="compact-sm" variant="default" onClick={() => void app.decideTask(task)}>
      {words[decision]}
    </Button>
  );
}
