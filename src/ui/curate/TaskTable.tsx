import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { moveIn } from './gridKeys.ts';
import { TaskRow } from './TaskRow.tsx';
import classes from './table.module.css';

interface TaskTableProps {
  readonly tasks: readonly GeneratedTask[];
  /** Where the keyboard is. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  readonly selected: ReadonlySet<string>;
  /** Null where nothing can be decided. */
  readonly onSelect: ((selected: ReadonlySet<string>) => void) | null;
  readonly onOpen: (index: number) => void;
}

const columns = ['Question', 'Answer', 'Source', 'State', 'Reason'];

/** As high as the style sheet makes them. */
const rowHeight = { wide: 76, narrow: 148 };
const headHeight = 37;

/** All tasks; only the rows in sight are drawn. One stop for the Tab key, arrows inside. */
export function TaskTable({ tasks, active, onActive, selected, onSelect, onOpen }: TaskTableProps) {
  const grid = useRef<HTMLDivElement>(null);
  const isNarrow = useMediaQuery('(max-width: 860px)', false, { getInitialValueInEffect: false });
  const height = isNarrow ? rowHeight.narrow : rowHeight.wide;
  // Nothing here is memoised, so its functions cannot go stale.
  // oxlint-disable-next-line react/incompatible-library
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => grid.current,
    estimateSize: () => height,
    overscan: 6,
    scrollPaddingStart: isNarrow ? 0 : headHeight,
  });
  useEffect(() => rows.measure(), [rows, height]);
  const toggle = (index: number): void => {
    const { id } = tasks[index]!;
    onSelect?.(selected.has(id) ? without(selected, id) : new Set([...selected, id]));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== grid.current || tasks.length === 0) return;
    const page = Math.max(1, Math.floor((grid.current.clientHeight - headHeight) / height));
    const to = moveIn(event.key, active, tasks.length, page);
    const isAll = event.key === 'a' && (event.ctrlKey || event.metaKey);
    if (to !== null) {
      onActive(to);
      rows.scrollToIndex(to);
      if (event.shiftKey && onSelect) onSelect(new Set([...selected, tasks[active]!.id, tasks[to]!.id]));
    } else if (event.key === ' ') toggle(active);
    else if (event.key === 'Enter') onOpen(active);
    else if (isAll && onSelect) onSelect(new Set(tasks.map(({ id }) => id)));
    else return;
    event.preventDefault();
  };
  const items = rows.getVirtualItems();
  const isActiveDrawn = items.some(({ index }) => index === active);
  return (
    <div
      ref={grid}
      className={classes.grid}
      role="grid"
      aria-label="Tasks"
      aria-describedby="grid-keys"
      aria-rowcount={tasks.length + 1}
      aria-multiselectable={onSelect !== null}
      aria-activedescendant={isActiveDrawn ? rowId(active) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-selectable={onSelect !== null || undefined}
    >
      <Head tasks={tasks} selected={selected} onSelect={onSelect} />
      <div role="rowgroup" className={classes.body} style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, start }) => (
          <TaskRow
            key={tasks[index]!.id}
            id={rowId(index)}
            task={tasks[index]!}
            place={{ index, start, height }}
            isActive={index === active}
            isSelected={selected.has(tasks[index]!.id)}
            onToggle={onSelect && (() => toggle(index))}
            onOpen={() => onOpen(index)}
          />
        ))}
      </div>
    </div>
  );
}

const rowId = (index: number): string => `task-row-${index}`;

const without = (selected: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set([...selected].filter((other) => other !== id));

function Head({ tasks, selected, onSelect }: Pick<TaskTableProps, 'tasks' | 'selected' | 'onSelect'>) {
  const count = tasks.filter(({ id }) => selected.has(id)).length;
  const isAll = count > 0 && count === tasks.length;
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1} className={classes.row}>
        {onSelect && (
          <div role="columnheader" className={classes.check}>
            <label>
              <input
                type="checkbox"
                aria-label="Select all that are shown"
                checked={isAll}
                ref={(box) => {
                  if (box) box.indeterminate = count > 0 && !isAll;
                }}
                onChange={() => onSelect(new Set(isAll ? [] : tasks.map(({ id }) => id)))}
              />
            </label>
          </div>
        )}
        {columns.map((column) => (
          <div role="columnheader" key={column}>
            {column}
          </div>
        ))}
      </div>
    </div>
  );
}
