import { Icon } from './Icon.tsx';
import classes from './parts.module.css';

/** Something to know that needs no answer. */
export function Remark({ text }: { readonly text: string }) {
  return (
    <p className={classes.remark}>
      <Icon name="info" />
      <span>{text}</span>
    </p>
  );
}
