import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useAppState } from '../appContext.ts';
import { Empty } from '../parts/Empty.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Remark } from '../parts/Remark.tsx';
import { RunEnding } from '../runs/RunEnding.tsx';
import { StopSwitch } from '../runs/StopSwitch.tsx';
import type { OpenRun } from '../store/appState.ts';
import { closedBecause } from '../store/taskDecisions.ts';
import { AlikeView } from './AlikeView.tsx';
import classes from './curate.module.css';
import { FocusView } from './FocusView.tsx';
import { everything } from './taskFilter.ts';
import { TaskList } from './TaskList.tsx';

const lead =
  'What the specialist learns is what it is shown. Look through the tasks before training: keep, discard or edit them, all in a table or one at a time.';

/** Every task of the run, and a person's word on it. */
export function CuratePanel() {
  const run = useAppState((state) => state.run);
  if (!run || run.state.tasks.length === 0) {
    return (
      <Panel title="Curate" lead={lead}>
        <Empty
          icon="curate"
          text="Every task that the model writes will be here, to be kept, discarded or edited before training."
        />
      </Panel>
    );
  }
  return <Curated key={run.id} run={run} />;
}

/** Tasks shown one at a time. */
interface Queue {
  readonly ids: readonly string[];
  readonly position: number;
}

function Curated({ run }: { readonly run: OpenRun }) {
  const [view, setView] = useState<'table' | 'alike'>('table');
  const [filter, setFilter] = useState(everything);
  const [queue, setQueue] = useState<Queue | null>(null);
  const [lastId, setLastId] = useState<string | null>(null);
  const views = (
    <SegmentedControl
      aria-label="View"
      value={view}
      onChange={(value) => setView(value as typeof view)}
      data={[
        { value: 'table', label: 'All tasks' },
        { value: 'alike', label: 'Alike' },
      ]}
    />
  );
  if (queue) {
    return (
      <Panel title="Curate">
        <Closed run={run} />
        <FocusView
          run={run}
          queue={queue.ids}
          start={queue.position}
          onLeave={(id) => {
            setLastId(id);
            setQueue(null);
          }}
        />
        <Spoken />
      </Panel>
    );
  }
  return (
    <Panel title="Curate" lead={lead} side={views}>
      <RunEnding run={run} />
      <Closed run={run} />
      {view === 'table' ? (
        <TaskList
          run={run}
          filter={filter}
          onFilter={setFilter}
          activeId={lastId}
          onOpen={(ids, position) => setQueue({ ids, position })}
        />
      ) : (
        <AlikeView run={run} />
      )}
      <Spoken />
    </Panel>
  );
}

/** Why nothing can be decided, where that is so, and what to do about it. */
function Closed({ run }: { readonly run: OpenRun }) {
  const reason = closedBecause(run);
  if (reason === null) return null;
  return (
    <div className={classes.closed}>
      <Remark text={reason} />
      <StopSwitch run={run} />
    </div>
  );
}

/** The last deed, for those who do not see it. */
function Spoken() {
  const text = useAppState((state) => state.curation.spoken);
  return (
    <div role="status" className={classes.unseen}>
      {text}
    </div>
  );
}
