import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useApp, useAppState } from '../appContext.ts';
import type { Verdict } from '../store/taskDecisions.ts';
import classes from './curate.module.css';

interface DeedBarProps {
  readonly selected: ReadonlySet<string>;
  readonly onClear: () => void;
}

/** What can be done with the selected tasks, and the way back. */
export function DeedBar({ selected, onClear }: DeedBarProps) {
  const app = useApp();
  const decide = (verdict: Verdict) => () =>
    void app.attempt(async () => {
      await app.curation.decide([...selected], verdict);
      onClear();
    });
  return (
    <div className={classes.deeds} role="group" aria-label="Selected tasks">
      <span className={classes.count}>
        {selected.size === 0 ? 'None selected' : `${selected.size} selected`}
      </span>
      <Button size="compact-sm" variant="default" disabled={selected.size === 0} onClick={decide('keep')}>
        Keep
      </Button>
      <Button size="compact-sm" variant="default" disabled={selected.size === 0} onClick={decide('discard')}>
        Discard
      </Button>
      <UndoButton />
    </div>
  );
}

/** Takes back the last deed; also Ctrl+Z, anywhere but in a text. */
export function UndoButton() {
  const app = useApp();
  const last = useAppState((state) => state.curation.undoable.at(-1));
  const undo = () => void app.attempt(() => app.curation.undo());
  useHotkeys([['mod+Z', undo]]);
  return (
    <Button size="compact-sm" variant="subtle" disabled={!last} onClick={undo}>
      {last ? `Undo: ${last.title}` : 'Undo'}
    </Button>
  );
}
