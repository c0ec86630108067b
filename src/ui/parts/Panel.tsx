import type { ReactNode } from 'react';
import classes from './parts.module.css';

interface PanelProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly side?: ReactNode;
  readonly children: ReactNode;
}

/** One station of the flow: a heading, a sentence that says what happens here, and the content. */
export function Panel({ title, lead, side, children }: PanelProps) {
  return (
    <section className={classes.panel} aria-labelledby="panel-title">
      <header className={classes.panelHead}>
        <div>
          <h1 id="panel-title" tabIndex={-1}>
            {title}
          </h1>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {side && <div className={classes.panelSide}>{side}</div>}
      </header>
      {children}
    </section>
  );
}

interface CardProps {
  readonly title?: ReactNode;
  readonly side?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, side, children }: CardProps) {
  return (
    <section className={classes.card}>
      {title && (
        <div className={classes.cardHead}>
          <h2>{title}</h2>
          {side}
        </div>
      )}
      {children}
    </section>
  );
}
