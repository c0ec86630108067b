import { SegmentedControl } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { deviceChoices } from './deviceChoices.ts';
import classes from './start.module.css';

/** What the model runs on, and the choice of something else. */
export function DeviceField({ isBusy }: { readonly isBusy: boolean }) {
  const app = useApp();
  const engine = useAppState((state) => state.engine);
  const device = useAppState((state) => state.device);
  const isFast = engine.kind === 'ready' && engine.device.provider === 'webgpu';
  return (
    <>
      {engine.kind === 'ready' && (
        <p className={classes.modelText}>
          {isFast
            ? 'Runs on your graphics card, through WebGPU. '
            : 'Runs on the processor: everything works, only slower. '}
          {engine.device.note}
        </p>
      )}
      <div className={classes.device}>
        <span id="device-title">Run on</span>
        <SegmentedControl
          size="xs"
          aria-labelledby="device-title"
          value={device}
          disabled={isBusy || engine.kind === 'loading'}
          onChange={(value) => void app.attempt(() => app.setDevice(value))}
          data={[...deviceChoices]}
        />
      </div>
    </>
  );
}
