import { Button } from '@mantine/core';
import { useState } from 'react';
import { pocketModel } from '../../workerApi/model.ts';
import { useApp, useAppState } from '../appContext.ts';
import { bigCount, byteSize } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import { isGoing, type EngineStatus } from '../store/appState.ts';
import { describeTrainingFit } from '../store/memoryWords.ts';
import { DeviceField } from './DeviceField.tsx';
import { ModelChooser } from './ModelChooser.tsx';
import { describeWayInPieces } from './streamingWords.ts';
import classes from './start.module.css';

type ReadyEngine = Extract<EngineStatus, { kind: 'ready' }>;

const statusWords = { loading: 'Loading', ready: 'Ready', failed: 'Could not start' };

/** The model that new runs use, and the way to others. */
export function ModelCard() {
  const app = useApp();
  const engine = useAppState((state) => state.engine);
  const isRunning = useAppState(({ run }) => run?.owner === 'here' && isGoing(run.status));
  const [isOpen, setIsOpen] = useState(false);
  const open = () => {
    if (!isOpen) void app.attempt(() => app.models.refresh());
    setIsOpen(!isOpen);
  };
  return (
    <section className={classes.section} aria-labelledby="model-title">
      <div className={classes.sectionHead}>
        <h2 id="model-title">Model</h2>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={isOpen}
          aria-controls="models"
          disabled={isRunning}
          onClick={open}
        >
          {isOpen ? 'Close' : 'Choose another model'}
        </Button>
      </div>
      <div className={classes.model}>
        <span className={classes.modelIcon}>
          <Icon name="chip" size={22} />
        </span>
        <div className={classes.modelBody}>
          <p className={classes.modelName}>
            <strong>{nameOf(engine)}</strong>
            <span className={classes.status} data-kind={engine.kind}>
              {statusWords[engine.kind]}
            </span>
          </p>
          {engine.kind === 'ready' && <ModelFacts engine={engine} />}
          {engine.kind === 'failed' && <p className={classes.modelText}>{engine.message}</p>}
          <DeviceField isBusy={isRunning ?? false} />
        </div>
      </div>
      <div id="models">{isOpen && !isRunning && <ModelChooser />}</div>
    </section>
  );
}

function nameOf(engine: EngineStatus): string {
  if (engine.kind === 'ready') return engine.model.name;
  return (engine.kind === 'loading' && engine.name) || pocketModel.id;
}

function ModelFacts({ engine: { model } }: { readonly engine: ReadyEngine }) {
  const facts = [
    `${bigCount(model.parameters)} parameters`,
    model.quantization,
    byteSize(model.bytes),
    'works offline',
  ];
  const fit = useAppState((state) => state.fit);
  return (
    <>
      <p className={classes.modelFacts}>{facts.join(' · ')}</p>
      {model.reference.id === pocketModel.id && (
        <p className={classes.modelText}>
          A demonstrator that comes with this page: it knows a small world of simple facts, not more. Good for
          seeing the whole way from examples to expert in minutes.
        </p>
      )}
      {fit && (
        <p className={classes.fit} data-fit={fit.fit}>
          {[describeTrainingFit(fit), ...describeWayInPieces(fit)].join(' ')}
        </p>
      )}
    </>
  );
}
