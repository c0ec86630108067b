import { CloseButton } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import classes from './shell.module.css';

export function NoticeBar() {
  const app = useApp();
  const notice = useAppState((state) => state.notice);
  const engine = useAppState((state) => state.engine);
  return (
    <>
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
    </>
  );
}
