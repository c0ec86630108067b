import { Button, Kbd } from '@mantine/core';
import classes from './curate.module.css';
import { UndoButton } from './DeedBar.tsx';
import type { FocusAction } from './useFocusKeys.ts';

interface FocusButtonsProps {
  readonly hasKeys: boolean;
  /** Whether the task may be decided on. */
  readonly isFree: boolean;
  readonly act: (action: FocusAction) => void;
}

const deeds = [
  { action: 'keep', title: 'Keep', keys: 'Enter' },
  { action: 'discard', title: 'Discard', keys: 'Backspace' },
  { action: 'edit', title: 'Edit', keys: 'E' },
] as const;

const moves = [
  { action: 'previous', title: 'Previous', keys: '←' },
  { action: 'next', title: 'Next', keys: '→' },
  { action: 'leave', title: 'Back to the table', keys: 'Esc' },
] as const;

/** Everything that can be done with one task, each with its key. */
export function FocusButtons({ hasKeys, isFree, act }: FocusButtonsProps) {
  const shown = (keys: string) => hasKeys || keys === 'Esc';
  return (
    <div className={classes.focusButtons}>
      {isFree && (
        <div role="group" aria-label="This task">
          {deeds.map(({ action, title, keys }) => (
            <Button
              key={action}
              variant={action === 'keep' ? 'filled' : 'default'}
              rightSection={shown(keys) && <Kbd size="xs">{keys}</Kbd>}
              onClick={() => act(action)}
            >
              {title}
            </Button>
          ))}
          <UndoButton />
        </div>
      )}
      <div role="group" aria-label="Other tasks">
        {moves.map(({ action, title, keys }) => (
          <Button
            key={action}
            variant="default"
            rightSection={shown(keys) && <Kbd size="xs">{keys}</Kbd>}
            onClick={() => act(action)}
          >
            {title}
          </Button>
        ))}
      </div>
    </div>
  );
}
