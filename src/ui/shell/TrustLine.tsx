import { useApp, useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import classes from './shell.module.css';

/** The promise, and the way to what stands behind it. */
export function TrustLine() {
  const app = useApp();
  const isHere = useAppState((state) => state.step === 'trust');
  const isSealed = useAppState((state) => state.isSealed);
  return (
    <button
      type="button"
      className={classes.trustLine}
      aria-current={isHere ? 'page' : undefined}
      onClick={() => app.goTo('trust')}
    >
      <Icon name="lock" size={16} />
      <span>{isSealed ? 'Sealed. Nothing leaves this machine.' : 'Nothing leaves this machine.'}</span>
    </button>
  );
}
