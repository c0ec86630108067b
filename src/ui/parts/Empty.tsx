import { Button } from '@mantine/core';
import { useApp } from '../appContext.ts';
import { Icon, type IconName } from './Icon.tsx';
import classes from './parts.module.css';

/** What a station shows before there is a run: what will be here, and the way to it. */
export function Empty({ icon, text }: { readonly icon: IconName; readonly text: string }) {
  const app = useApp();
  return (
    <div className={classes.empty}>
      <span className={classes.emptyIcon}>
        <Icon name={icon} size={26} />
      </span>
      <p>{text}</p>
      <Button variant="default" onClick={() => app.goTo('start')}>
        Set up a run
      </Button>
    </div>
  );
}
