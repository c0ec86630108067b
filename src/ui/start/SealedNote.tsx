import { Button } from '@mantine/core';
import { useApp } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import { sealedWords } from '../store/seal.ts';
import classes from './models.module.css';

/** In place of the way to the Hub, while that is closed. */
export function SealedNote() {
  const app = useApp();
  return (
    <div className={classes.sealed}>
      <Icon name="lock" />
      <p>{sealedWords}</p>
      <Button variant="default" size="compact-sm" onClick={() => app.goTo('trust')}>
        What leaves this machine
      </Button>
    </div>
  );
}
