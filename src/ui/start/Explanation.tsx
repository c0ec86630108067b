import { Icon, type IconName } from '../parts/Icon.tsx';
import classes from './start.module.css';

const stages: readonly { icon: IconName; title: string; text: string }[] = [
  {
    icon: 'generate',
    title: 'It writes its own exercises',
    text: 'From a few examples of yours, and your texts if you add any.',
  },
  {
    icon: 'train',
    title: 'It learns from them',
    text: 'A small add-on, an adapter, is trained on your own hardware.',
  },
  {
    icon: 'compare',
    title: 'You see whether it helped',
    text: 'Before and after, on tasks that it has never seen.',
  },
];

/** What this is and what will happen, readable in ten seconds. */
export function Explanation() {
  return (
    <header className={classes.hero}>
      <h1>Turn a small language model into an expert of your own field</h1>
      <p className={classes.heroLead}>
        Right here in this tab. Nothing you write or load leaves this machine: there is no server behind this
        page.
      </p>
      <ol className={classes.stages}>
        {stages.map(({ icon, title, text }) => (
          <li key={title}>
            <span className={classes.stageIcon}>
              <Icon name={icon} size={20} />
            </span>
            <strong>{title}</strong>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </header>
  );
}
