import { ActionIcon, Menu } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { dateAndTime } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import { isGoing, type RunSummary } from '../store/appState.ts';
import classes from './runs.module.css';

const statusWords: Record<RunSummary['status'], string> = {
  running: 'running',
  paused: 'paused',
  waiting: 'waits for you',
  finished: 'finished',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** Every run that this browser keeps, newest first. */
export function RunList() {
  const runs = useAppState((state) => state.runs);
  if (runs.length === 0) return null;
  return (
    <section aria-label="Runs">
      <h2 className={classes.heading}>Runs</h2>
      <ul className={classes.list}>
        {runs.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

function RunLine({ run }: { readonly run: RunSummary }) {
  const app = useApp();
  const openId = useAppState((state) => state.run?.id);
  return (
    <li className={classes.line} data-open={run.id === openId || undefined}>
      <button
        type="button"
        className={classes.open}
        aria-current={run.id === openId || undefined}
        onClick={() => void app.attempt(() => app.openRun(run.id))}
      >
        <span className={classes.dot} data-status={run.status} aria-hidden="true" />
        <span className={classes.title}>{run.title}</span>
        <span className={classes.meta}>
          {dateAndTime(run.createdAt)} · {statusWords[run.status]}
        </span>
      </button>
      {!isGoing(run.status) && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete the run of ${dateAndTime(run.createdAt)}`}
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<Icon name="trash" size={16} />}
              onClick={() => void app.attempt(() => app.runs.remove(run.id))}
            >
              Delete it and its adapter
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}
