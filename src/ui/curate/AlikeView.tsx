import { Button, Slider } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { useApp } from '../appContext.ts';
import { counted } from '../format.ts';
import { ShowMore } from '../parts/ShowMore.tsx';
import type { OpenRun } from '../store/appState.ts';
import { messageOf } from '../store/messageOf.ts';
import { isOpenToDecisions } from '../store/taskDecisions.ts';
import { byNeed, comparable } from './alikeTasks.ts';
import classes from './curate.module.css';
import { StandingMark } from './StandingMark.tsx';
import { UndoButton } from './DeedBar.tsx';

interface Found {
  readonly limit: number;
  readonly groups: readonly (readonly string[])[];
  readonly failure?: string;
}

/** Tasks that are alike, group by group, of which one is enough. */
export function AlikeView({ run }: { readonly run: OpenRun }) {
  const own = run.setup.parameters.maxSimilarity;
  const [limit, setLimit] = useState(own);
  const found = useAlike(run, limit);
  const byId = useMemo(() => new Map(run.state.tasks.map((task) => [task.id, task])), [run.state.tasks]);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return (
    <>
      <div className={classes.alikeHead}>
        <div>
          <p id="alike-limit">
            Alike means: more than {percent(limit)} of the words the same, in the same order. While it wrote,
            the run refused what was more than {percent(own)} alike.
          </p>
          <Slider
            thumbProps={{ 'aria-labelledby': 'alike-limit' }}
            min={0.3}
            max={0.95}
            step={0.05}
            label={percent}
            defaultValue={limit}
            onChangeEnd={setLimit}
          />
        </div>
        {isOpenToDecisions(run) && <UndoButton />}
      </div>
      {found === null && <p className={classes.hint}>Comparing all tasks …</p>}
      {found?.failure && <p className={classes.hint}>{found.failure}</p>}
      {found && !found.failure && (
        <p className={classes.hint}>
          {found.groups.length === 0
            ? 'No two tasks are that alike.'
            : `${counted(found.groups.length, 'group')}.`}
        </p>
      )}
      {found && (
        <ShowMore
          items={found.groups}
          render={(ids) => (
            <AlikeGroup
              key={ids[0]}
              tasks={ids.flatMap((id) => byId.get(id) ?? [])}
              isOpen={isOpenToDecisions(run)}
            />
          )}
        />
      )}
    </>
  );
}

/** Found when the view is opened or the limit changes, not at every decision: groups stay where they are. */
function useAlike(run: OpenRun, limit: number): Found | null {
  const app = useApp();
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let isWanted = true;
    const { tasks } = run.state;
    app.curation
      .findAlike(run, comparable(tasks), limit)
      .then((groups) => ({ limit, groups: byNeed(groups, tasks) }))
      .catch((error: unknown) => ({ limit, groups: [], failure: messageOf(error) }))
      .then((result) => isWanted && setFound(result))
      .catch(() => undefined);
    return () => {
      isWanted = false;
    };
    // eslint-disable-next-line react/exhaustive-deps
  }, [app, run.id, limit]);
  return found?.limit === limit ? found : null;
}

interface AlikeGroupProps {
  readonly tasks: readonly GeneratedTask[];
  readonly isOpen: boolean;
}

function AlikeGroup({ tasks, isOpen }: AlikeGroupProps) {
  const app = useApp();
  const ids = tasks.map(({ id }) => id);
  const kept = tasks.filter(({ decision }) => decision !== 'rejected').length;
  return (
    <section
      className={classes.group}
      aria-label={`${tasks.length} tasks that are alike, ${kept} of them kept`}
    >
      <ul>
        {tasks.map((task) => (
          <li key={task.id}>
            <div>
              <p>
                {task.instruction} <span className={classes.input}>{task.input}</span>
              </p>
              <p className={classes.output}>{task.output ?? '–'}</p>
            </div>
            <StandingMark task={task} />
            {isOpen && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => void app.attempt(() => app.curation.keepOnly(task.id, ids))}
              >
                Keep only this one
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
