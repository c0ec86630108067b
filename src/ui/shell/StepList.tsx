import { useEffect, useRef } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import { isGoing, stepOfPhase, steps, type OpenRun, type Step } from '../store/appState.ts';
import classes from './shell.module.css';

const titles: Record<Step, string> = {
  start: 'Start',
  domain: 'Examples & texts',
  generate: 'Generate',
  curate: 'Curate',
  train: 'Train',
  compare: 'Compare',
  adapter: 'Adapter',
};

type StepStatus = 'going' | 'done' | undefined;

/** What a run has done at a station so far. */
function statusAt(step: Step, run: OpenRun | null): StepStatus {
  if (!run) return undefined;
  const { phase, trainings, adapters, report, hasDataset } = run.state;
  const isHere = phase ? stepOfPhase(phase) === step : step === 'generate';
  if (isGoing(run.status) && isHere) return 'going';
  if (step === 'curate') return run.status === 'waiting' ? 'going' : hasDataset ? 'done' : undefined;
  const isDone: Partial<Record<Step, boolean>> = {
    generate: trainings.specialized !== undefined,
    train: adapters.specialized !== undefined,
    compare: report !== null,
    adapter: report !== null,
  };
  return isDone[step] ? 'done' : undefined;
}

const spoken = { going: ', in progress', done: ', done' };

export function StepList() {
  const app = useApp();
  const current = useAppState((state) => state.step);
  const run = useAppState((state) => state.run);
  const list = useRef<HTMLOListElement>(null);
  // On a narrow screen the list scrolls sideways; where the page is must be in sight.
  useEffect(() => {
    const button = list.current?.querySelector(`[data-step="${current}"]`);
    button?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [current]);
  return (
    <nav aria-label="Steps" className={classes.steps}>
      <ol ref={list}>
        {steps.map((step) => {
          const status = statusAt(step, run);
          return (
            <li key={step}>
              <button
                type="button"
                className={classes.step}
                aria-current={step === current ? 'step' : undefined}
                data-step={step}
                data-status={status}
                onClick={() => app.goTo(step)}
              >
                <Icon name={step} />
                <span>{titles[step]}</span>
                {status && <span className={classes.srOnly}>{spoken[status]}</span>}
                <span className={classes.stepMark} aria-hidden="true">
                  {status === 'done' && <Icon name="check" size={14} />}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
