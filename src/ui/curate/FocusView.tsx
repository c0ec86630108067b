import { Switch } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import type { OpenRun } from '../store/appState.ts';
import { isOpenToDecisions, mayChange, type Verdict } from '../store/taskDecisions.ts';
import classes from './curate.module.css';
import { EditForm } from './EditForm.tsx';
import { FocusButtons } from './FocusButtons.tsx';
import { countOpen, nextOpen } from './focusQueue.ts';
import { FocusTask } from './FocusTask.tsx';
import { TokenView } from './TokenView.tsx';
import { useFocusKeys, type FocusAction } from './useFocusKeys.ts';

interface FocusViewProps {
  readonly run: OpenRun;
  /** Ids in the order in which they are shown; decisions do not change it. */
  readonly queue: readonly string[];
  readonly start: number;
  /** With the task that was shown last. */
  readonly onLeave: (id: string) => void;
}

/** One task at a time, decided by single keys. */
export function FocusView({ run, queue, start, onLeave }: FocusViewProps) {
  const app = useApp();
  const hasShortcuts = useAppState((state) => state.curation.hasShortcuts);
  const [position, setPosition] = useState(start);
  const [isEditing, setIsEditing] = useState(false);
  const [showsTokens, setShowsTokens] = useState(false);
  const article = useRef<HTMLElement>(null);
  const byId = useMemo(() => new Map(run.state.tasks.map((task) => [task.id, task])), [run.state.tasks]);
  const id = queue[position]!;
  const task = byId.get(id);
  const isFree = isOpenToDecisions(run) && task !== undefined && mayChange(run.state, task);
  const open = countOpen(queue, byId);
  // Also after a click on a button: the keys then mean what the buttons say, and the task is read out.
  useEffect(() => {
    if (!isEditing) article.current?.focus({ preventScroll: true });
  }, [position, isEditing, task]);

  const decide = async (verdict: Verdict): Promise<void> => {
    await app.curation.decide([id], verdict);
    const { tasks } = app.store.getState().run!.state;
    setPosition(nextOpen(queue, position, new Map(tasks.map((other) => [other.id, other]))));
  };
  const act = (action: FocusAction): void => {
    if (action === 'leave') onLeave(id);
    else if (action === 'previous') setPosition(Math.max(0, position - 1));
    else if (action === 'next') setPosition(Math.min(queue.length - 1, position + 1));
    else if (!isFree) return;
    else if (action === 'edit') setIsEditing(true);
    else void app.attempt(() => decide(action));
  };
  useFocusKeys(hasShortcuts && !isEditing, isEditing ? () => setIsEditing(false) : act);
  if (!task) return null;
  return (
    <section className={classes.focus} aria-label="One task at a time">
      <div className={classes.focusHead}>
        <p className={classes.position}>
          <strong>
            {position + 1} of {queue.length}
          </strong>
          <span>{open === 0 ? 'You have decided on all of these.' : `${open} not decided by you yet`}</span>
        </p>
        <Switch
          label="Single keys"
          checked={hasShortcuts}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            void app.attempt(() => app.shortcuts.set(checked));
          }}
        />
      </div>
      {isEditing ? (
        <EditForm task={task} onClose={() => setIsEditing(false)} />
      ) : (
        <>
          <FocusTask ref={article} task={task} label={`Task ${position + 1} of ${queue.length}`} />
          <FocusButtons hasKeys={hasShortcuts} isFree={isFree} act={act} />
        </>
      )}
      <Switch
        label="Show what the loss counts"
        checked={showsTokens}
        onChange={(event) => setShowsTokens(event.currentTarget.checked)}
      />
      {showsTokens && <TokenView run={run} task={task} />}
    </section>
  );
}
