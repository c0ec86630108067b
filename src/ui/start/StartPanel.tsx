import { useAppState } from '../appContext.ts';
import { RunList } from '../runs/RunList.tsx';
import { DomainPicker } from './DomainPicker.tsx';
import { EffortPicker } from './EffortPicker.tsx';
import { Explanation } from './Explanation.tsx';
import { ModelCard } from './ModelCard.tsx';
import { SpecializeButton } from './SpecializeButton.tsx';
import { StorageNote } from './StorageNote.tsx';
import classes from './start.module.css';

/** Everything that a first run needs, on one page, chosen already. */
export function StartPanel() {
  const hasRuns = useAppState((state) => state.runs.length > 0);
  return (
    <div className={classes.start}>
      <Explanation />
      <ModelCard />
      <DomainPicker />
      <EffortPicker />
      <SpecializeButton />
      {hasRuns && (
        <div className={classes.runsBelow}>
          <RunList />
        </div>
      )}
      <StorageNote />
    </div>
  );
}
