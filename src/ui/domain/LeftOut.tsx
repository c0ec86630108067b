import classes from './domain.module.css';

/** What was not taken, one line for each with its reason. */
export function LeftOut({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <ul className={classes.leftOut}>
      {lines.map((line, i) => (
        <li key={i}>{line}</li>
      ))}
    </ul>
  );
}
