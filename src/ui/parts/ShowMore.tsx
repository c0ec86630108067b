import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import classes from './showMore.module.css';

const pageSize = 40;

interface ShowMoreProps<T> {
  readonly items: readonly T[];
  readonly render: (item: T) => ReactNode;
}

/** A long list, a page at a time. */
export function ShowMore<T>({ items, render }: ShowMoreProps<T>) {
  const [shown, setShown] = useState(pageSize);
  const left = items.length - shown;
  return (
    <div className={classes.list}>
      {items.slice(0, shown).map(render)}
      {left > 0 && (
        <Button variant="default" onClick={() => setShown(shown + pageSize)}>
          Show {Math.min(left, pageSize)} more of {left}
        </Button>
      )}
    </div>
  );
}
