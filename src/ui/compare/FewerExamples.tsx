import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import { Card } from '../parts/Panel.tsx';
import type { OpenRun } from '../store/appState.ts';
import { missingPoints, seedPoints, seedsUsed, type SeedPoint } from '../store/seedPoints.ts';
import { seedCounts } from '../store/sweepWords.ts';
import { SeedFigure } from './SeedFigure.tsx';
import classes from './compare.module.css';

/** The same run with fewer seeds: a button that runs what is missing, and what came of it. */
export function FewerExamples({ run }: { readonly run: OpenRun }) {
  const app = useApp();
  const runs = useAppState((state) => state.runs);
  const reports = useAppState((state) => state.sweepReports);
  const points = seedPoints(run, runs);
  const finished = points.map((point) => (point.run?.status === 'finished' ? point.run.id : '')).join();
  useEffect(() => void app.attempt(() => app.sweep.readReports()), [app, run.id, finished]);
  const { report } = run.state;
  if (!report || points.length === 0) return null;
  const missing = missingPoints(points);
  return (
    <Card title="With fewer examples">
      {points.some((point) => point.run) && (
        <SeedFigure run={run} report={report} points={points} reports={reports} />
      )}
      {missing.length > 0 && (
        <div className={classes.sweep}>
          <p>{describeSweep(run, points, missing)}</p>
          <Button variant="default" onClick={() => void app.attempt(() => app.sweep.start())}>
            {missing.length === points.length ? 'Run with fewer examples' : 'Run what is missing'}
          </Button>
        </div>
      )}
    </Card>
  );
}

function describeSweep(run: OpenRun, points: readonly SeedPoint[], missing: readonly SeedPoint[]): string {
  if (points.every((point) => !point.run))
    return `How much do your examples matter? The same run with ${seedCounts(points)} of your ${seedsUsed(run.setup)} would show it. Each takes about as long as this one and is kept as a run of its own.`;
  const begun = missing.some((point) => point.run) ? ' What was begun is gone on with.' : '';
  return `Missing: ${seedCounts(missing)}.${begun}`;
}
