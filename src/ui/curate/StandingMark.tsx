import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { standingOf, type Standing } from '../store/taskDecisions.ts';
import classes from './curate.module.css';
import { standingWords } from './taskFilter.ts';

const icons: Readonly<Record<Standing, IconName>> = {
  kept: 'check',
  keptByYou: 'check',
  edited: 'generate',
  waiting: 'pause',
  rejected: 'cross',
  discarded: 'cross',
};

/** What has become of a task, as a sign and in words. */
export function StandingMark({ task }: { readonly task: GeneratedTask }) {
  const standing = standingOf(task);
  return (
    <span className={classes.standing} data-standing={standing}>
      <Icon name={icons[standing]} size={14} />
      {standingWords[standing]}
    </span>
  );
}
