import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { BenchApi } from '../../workerApi/bench.ts';
import type { DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';
import { Icon } from '../parts/Icon.tsx';
import { Logo } from '../parts/Logo.tsx';
import { Card, Panel } from '../parts/Panel.tsx';
import { ColorSchemeToggle } from '../shell/ColorSchemeToggle.tsx';
import { deviceChoices } from '../start/deviceChoices.ts';
import type { Connection } from '../store/services.ts';
import { BenchProgressBar } from './BenchProgressBar.tsx';
import { BenchResult } from './BenchResult.tsx';
import { useBench } from './useBench.ts';
import classes from './bench.module.css';

const roundChoices = [
  { value: '2', label: '2, short' },
  { value: '10', label: '10' },
  { value: '30', label: '30' },
];

/** Measures how fast this browser trains, shows the figures and saves them. */
export function BenchPage({ connect }: { readonly connect: () => Connection<BenchApi> }) {
  const { state, measure, cancel } = useBench(connect);
  const [device, setDevice] = useState<DeviceChoice>('auto');
  const [rounds, setRounds] = useState('10');
  const isMeasuring = state.kind === 'measuring';
  return (
    <main className={classes.page}>
      <div className={classes.top}>
        <a className={classes.home} href={import.meta.env.BASE_URL}>
          <Logo />
          Whittle
        </a>
        <ColorSchemeToggle />
      </div>
      <Panel
        title="Benchmark"
        lead="How fast this browser trains: a step of the embedded model, beside the forward pass over the same tokens. Nothing leaves this machine. Other tabs and programs make it slower."
      >
        <Card>
          <div className={classes.fields}>
            <Choice
              title="Run on"
              value={device}
              choices={deviceChoices}
              onChange={setDevice}
              isDisabled={isMeasuring}
            />
            <Choice
              title="Rounds"
              value={rounds}
              choices={roundChoices}
              onChange={setRounds}
              isDisabled={isMeasuring}
            />
            {isMeasuring ? (
              <Button variant="default" leftSection={<Icon name="stop" size={14} />} onClick={cancel}>
                Cancel
              </Button>
            ) : (
              <Button onClick={() => void measure(Number(rounds), device)}>Measure</Button>
            )}
          </div>
          {isMeasuring && <BenchProgressBar progress={state.progress} />}
        </Card>
        {state.kind === 'failed' && (
          <p className={classes.failure} role="alert">
            {state.message}
          </p>
        )}
        {state.kind === 'measured' && <BenchResult figures={state.figures} />}
        <p className={classes.spoken} role="status">
          {state.kind === 'measured' && 'The measurement is finished.'}
        </p>
      </Panel>
    </main>
  );
}

interface ChoiceProps<Value extends string> {
  readonly title: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  readonly isDisabled: boolean;
}

function Choice<Value extends string>({ title, value, choices, onChange, isDisabled }: ChoiceProps<Value>) {
  return (
    <div className={classes.field}>
      <span id={`title-${title}`}>{title}</span>
      <SegmentedControl
        size="xs"
        aria-labelledby={`title-${title}`}
        value={value}
        disabled={isDisabled}
        onChange={onChange}
        data={[...choices]}
      />
    </div>
  );
}
