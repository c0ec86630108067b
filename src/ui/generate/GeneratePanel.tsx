import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { isOpenToDecisions } from '../store/taskDecisions.ts';
import { baseName } from '../format.ts';
import { useAppState } from '../appContext.ts';
import chips from '../parts/chips.module.css';
import { CoverageFigure } from '../parts/CoverageFigure.tsx';
import { Empty } from '../parts/Empty.tsx';
import { Card, Panel } from '../parts/Panel.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { TaskCard } from '../parts/TaskCard.tsx';
import { RunEnding } from '../runs/RunEnding.tsx';
import { countRules, isRejected } from '../store/rejectReasons.ts';
import { DecideButton } from './DecideButton.tsx';
import { ruleTitle } from '../parts/ruleTitles.ts';
import classes from './generate.module.css';

const lead =
  'The model reads a few of your examples, writes new tasks like them, and answers them. Weak ones are thrown out, each with its reason.';

/** Generated tasks as they come, and in a second list the rejected ones. */
export function GeneratePanel() {
  const run = useAppState((state) => state.run);
  const [isShowingRejected, setIsShowingRejected] = useState(false);
  if (!run) {
    return (
      <Panel title="Generate" lead={lead}>
        <Empty icon="generate" text="The tasks that the model writes will appear here, one by one." />
      </Panel>
    );
  }
  const rejected = run.state.tasks.filter(isRejected);
  const kept = run.state.tasks.filter((task) => !isRejected(task));
  const counts = (
    <SegmentedControl
      aria-label="Which tasks"
      value={isShowingRejected ? 'rejected' : 'kept'}
      onChange={(value) => setIsShowingRejected(value === 'rejected')}
      data={[
        { value: 'kept', label: `Kept (${kept.length})` },
        { value: 'rejected', label: `Rejected (${rejected.length})` },
      ]}
    />
  );
  return (
    <Panel title="Generate" lead={lead} side={counts}>
      <RunEnding run={run} />
      {run.state.coverage && (
        <Card title="Texts: what the tasks are about">
          <CoverageFigure map={run.state.coverage} />
        </Card>
      )}
      {isShowingRejected ? (
        <Rejected tasks={rejected} isOpen={isOpenToDecisions(run)} />
      ) : (
        <Kept tasks={kept} isOpen={isOpenToDecisions(run)} />
      )}
    </Panel>
  );
}

interface TasksProps {
  readonly tasks: readonly GeneratedTask[];
  /** A person may still decide otherwise. */
  readonly isOpen: boolean;
}

function Kept({ tasks, isOpen }: TasksProps) {
  if (tasks.length === 0) return <p className={classes.none}>No task yet.</p>;
  return (
    <ShowMore
      items={tasks.toReversed()}
      render={(task) => (
        <TaskCard
          key={task.id}
          task={task}
          note={noteOn(task)}
          action={isOpen && <DecideButton task={task} />}
          tag={task.passageId && `from ${baseName(task.passageId)}`}
        />
      )}
    />
  );
}

function noteOn({ output, rescued, written }: GeneratedTask): string | undefined {
  if (output === undefined) return 'Waiting for its answer';
  if (written) return 'Edited by you';
  return rescued ? 'Kept by you' : undefined;
}

function Rejected({ tasks, isOpen }: TasksProps) {
  const [rule, setRule] = useState<string | null>(null);
  const shown = rule === null ? tasks : tasks.filter(({ rejection }) => rejection?.rule === rule);
  if (tasks.length === 0) return <p className={classes.none}>Nothing was rejected so far.</p>;
  return (
    <>
      <div className={chips.chips} role="group" aria-label="Reasons">
        {countRules(tasks).map(({ rule: name, count }) => (
          <button
            key={name}
            type="button"
            aria-pressed={rule === name}
            onClick={() => setRule(rule === name ? null : name)}
          >
            <span>{ruleTitle(name)}</span>
            <strong>{count}</strong>
          </button>
        ))}
      </div>
      <ShowMore
        items={shown.toReversed()}
        render={(task) => (
          <TaskCard
            key={task.id}
            task={task}
            tone="rejected"
            note={task.rejection?.reason}
            action={isOpen && <DecideButton task={task} />}
          />
        )}
      />
    </>
  );
}
