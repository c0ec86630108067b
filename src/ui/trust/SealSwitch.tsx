import { Switch } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { Card } from '../parts/Panel.tsx';
import classes from './trust.module.css';

/** Takes even the Hub out of reach, until the person lifts the seal. */
export function SealSwitch() {
  const app = useApp();
  const isSealed = useAppState((state) => state.isSealed);
  return (
    <Card title="Seal">
      <p id="seal-note" className={classes.text}>
        Sealed, the worker that may ask the Hugging Face Hub for models does not start any more, in no tab,
        and a download that is going ends. Models in this browser and folders from your disk still work. It
        stays so after a reload.
      </p>
      <Switch
        label="Reach nobody but the server of this page"
        aria-describedby="seal-note"
        checked={isSealed}
        onChange={({ currentTarget: { checked } }) => void app.attempt(() => app.seal.set(checked))}
      />
    </Card>
  );
}
