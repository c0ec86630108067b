import { Button } from '@mantine/core';
import { useDeferredValue, useMemo, useState } from 'react';
import { counted } from '../format.ts';
import type { OpenRun } from '../store/appState.ts';
import { isOpenToDecisions } from '../store/taskDecisions.ts';
import classes from './curate.module.css';
import { DeedBar } from './DeedBar.tsx';
import { Filters } from './Filters.tsx';
import { filterTasks, type TaskFilter } from './taskFilter.ts';
import { TaskTable } from './TaskTable.tsx';

interface TaskListProps {
  readonly run: OpenRun;
  readonly filter: TaskFilter;
  readonly onFilter: (filter: TaskFilter) => void;
  /** The task that was looked at last. */
  readonly activeId: string | null;
  /** Shows the tasks of these ids one at a time, beginning with one of them. */
  readonly onOpen: (queue: readonly string[], position: number) => void;
}

/** The table with its filters and what can be done with several tasks at a time. */
export function TaskList({ run, filter, onFilter, activeId, onOpen }: TaskListProps) {
  const { tasks } = run.state;
  const shownFilter = useDeferredValue(filter);
  const shown = useMemo(() => filterTasks(tasks, shownFilter), [tasks, shownFilter]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      shown.findIndex(({ id }) => id === activeId),
    ),
  );
  const isOpen = isOpenToDecisions(run);
  const open = (position: number) =>
    onOpen(
      shown.map(({ id }) => id),
      position,
    );
  return (
    <>
      <Filters tasks={tasks} filter={filter} onChange={onFilter} />
      <div className={classes.bar}>
        {isOpen && <DeedBar selected={selected} onClear={() => setSelected(new Set())} />}
        <Button disabled={shown.length === 0} onClick={() => open(Math.min(active, shown.length - 1))}>
          One at a time
        </Button>
      </div>
      <p className={classes.hint} id="grid-keys">
        {counted(shown.length, 'task')} shown. In the table: arrows move, Enter opens a task
        {isOpen && ', Space selects it, Ctrl+A selects all that are shown, Ctrl+Z takes back'}.
      </p>
      <TaskTable
        tasks={shown}
        active={Math.min(active, Math.max(0, shown.length - 1))}
        onActive={setActive}
        selected={selected}
        onSelect={isOpen ? setSelected : null}
        onOpen={open}
      />
    </>
  );
}
