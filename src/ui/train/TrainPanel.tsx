import { SegmentedControl, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAppState } from '../appContext.ts';
import { smallNumber } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { Card, Panel } from '../parts/Panel.tsx';
import { Remark } from '../parts/Remark.tsx';
import { RunEnding } from '../runs/RunEnding.tsx';
import { describePieces, describeTrainingFit } from '../store/memoryWords.ts';
import { describeActivations, describeSkips } from '../store/precisionWords.ts';
import {
  controlTraining,
  describeShortage,
  inWords,
  modelNames,
  trainingSecondsLeft,
  tokensPerSecond,
  trainingOf,
} from '../store/runProgress.ts';
import type { RunState, Training } from '../store/runState.ts';
import { chartLines, smoothed, type Metric } from './chartLines.ts';
import { LineChart } from './LineChart.tsx';
import { StepTable } from './StepTable.tsx';
import classes from './train.module.css';

const lead =
  'The adapter practises on the kept tasks. The loss says how surprised the model is by the right answers: it should fall, quickly first and slower then.';

/** The training that is going or was: numbers, curve, and the same as a table. */
export function TrainPanel() {
  const run = useAppState((state) => state.run);
  const training = run && trainingOf(run.state);
  return (
    <Panel title="Train" lead={lead}>
      {run && <RunEnding run={run} />}
      {run && training ? (
        <>
          <Remarks training={training} />
          <Numbers training={training} />
          <Chart state={run.state} />
          {training.plan && <p className={classes.plan}>{describeTrainingFit(training.plan)}</p>}
          {training.activations && (
            <p className={classes.plan}>{describeActivations(training.activations)}</p>
          )}
        </>
      ) : (
        <Empty icon="train" text="The loss curve will appear here as soon as training begins." />
      )}
    </Panel>
  );
}

/** A shortage is also spoken by the announcer, so that it is heard from every station. */
function Remarks({ training }: { readonly training: Training }) {
  const texts = [describeShortage(training), describePieces(training.plan), describeSkips(training)].filter(
    (text) => text !== null,
  );
  return texts.map((text) => <Remark key={text} text={text} />);
}

function Numbers({ training }: { readonly training: Training }) {
  const last = training.steps.at(-1);
  const speed = tokensPerSecond(training);
  const left = trainingSecondsLeft(training);
  const isDone = last && last.step >= training.totalSteps;
  const numbers = [
    {
      title: 'Loss',
      value: last
        ? smoothed(training.steps.map(({ loss }) => loss))
            .at(-1)!
            .toFixed(3)
        : '–',
      isMain: true,
    },
    { title: 'Step', value: last ? `${last.step} / ${training.totalSteps}` : '–' },
    { title: 'Time left', value: isDone ? 'done' : left === null ? '–' : inWords(left) },
    { title: 'Tokens / s', value: speed === null ? '–' : String(Math.round(speed)) },
    { title: 'Learning rate', value: last ? smallNumber(last.learningRate) : '–' },
    { title: 'Gradient norm', value: last ? smallNumber(last.gradNorm) : '–' },
  ];
  return (
    <dl className={classes.numbers}>
      {numbers.map(({ title, value, isMain }) => (
        <div key={title} data-main={isMain || undefined}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const metrics: readonly { value: Metric; label: string }[] = [
  { value: 'loss', label: 'Loss' },
  { value: 'gradNorm', label: 'Gradient norm' },
  { value: 'learningRate', label: 'Learning rate' },
];

function Chart({ state }: { readonly state: RunState }) {
  const { trainings } = state;
  const control = controlTraining(state);
  const [other, otherName] = [control?.training, control && modelNames[control.name]];
  const [metric, setMetric] = useState<Metric>('loss');
  const [isTable, setIsTable] = useState(false);
  const lines = useMemo(
    () => chartLines(metric, trainings.specialized, other, otherName),
    [metric, trainings.specialized, other, otherName],
  );
  const title = metrics.find(({ value }) => value === metric)!.label;
  const controls = (
    <div className={classes.controls}>
      <SegmentedControl
        size="xs"
        aria-label="Curve"
        value={metric}
        onChange={(value) => setMetric(value as Metric)}
        data={[...metrics]}
      />
      <Switch
        label="As a table"
        checked={isTable}
        onChange={(event) => setIsTable(event.currentTarget.checked)}
      />
    </div>
  );
  return (
    <Card title={title} side={controls}>
      {isTable ? (
        <StepTable trainings={trainings} />
      ) : (
        <>
          <LineChart lines={lines} summary={summarize(title, trainings.specialized ?? other, metric)} />
          {otherName && <Legend control={otherName} />}
        </>
      )}
    </Card>
  );
}

function summarize(title: string, training: Training | undefined, metric: Metric): string {
  const [first, last] = [training?.steps[0], training?.steps.at(-1)];
  if (!first || !last) return `${title}: no step yet.`;
  return `${title}: ${first[metric].toPrecision(3)} at step ${first.step}, ${last[metric].toPrecision(3)} at step ${last.step}.`;
}

function Legend({ control }: { readonly control: string }) {
  return (
    <ul className={classes.legend}>
      <li data-line="specialist">Specialist</li>
      <li data-line="control">Control: {control}</li>
    </ul>
  );
}
