import { Button, CloseButton } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import type { Damage } from '../store/appState.ts';
import { UpdateNotice } from './UpdateNotice.tsx';
import classes from './shell.module.css';

export function NoticeBar() {
  const app = useApp();
  const notice = useAppState((state) => state.notice);
  const engine = useAppState((state) => state.engine);
  const damages = useAppState((state) => state.damages);
  return (
    <>
      <UpdateNotice />
      {engine.kind === 'failed' && (
        <div className={classes.notice} data-tone="error" role="alert">
          <Icon name="info" />
          <p>The engine could not start. {engine.message}</p>
        </div>
      )}
      {notice && (
        <div className={classes.notice} data-tone={notice.tone} role="alert">
          <Icon name="info" />
          <p>{notice.text}</p>
          <CloseButton aria-label="Dismiss" onClick={() => app.dismissNotice()} />
        </div>
      )}
      {damages.map((damage) => (
        <DamageNotice key={damage.name} damage={damage} />
      ))}
    </>
  );
}

function DamageNotice({ damage }: { readonly damage: Damage }) {
  const app = useApp();
  return (
    <div className={classes.notice} data-tone="error" role="alert">
      <Icon name="info" />
      <p>{damage.text}</p>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => void app.attempt(() => app.deleteDamaged(damage))}
      >
        Delete it
      </Button>
      <CloseButton aria-label="Dismiss" onClick={() => app.dismissDamage(damage.name)} />
    </div>
  );
}
