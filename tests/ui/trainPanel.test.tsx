import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { AppContext } from '../../src/ui/appContext.ts';
import { App } from '../../src/ui/store/app.ts';
import { replayRun } from '../../src/ui/store/runState.ts';
import { TrainPanel } from '../../src/ui/train/TrainPanel.tsx';
import type { PlannedEvent } from '../../src/workerApi/runEvent.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { inMemoryServices } from './support/inMemory.ts';
import { exampleParameters, recordedEngine } from './support/recordedEngine.ts';
import { exampleDomain } from './support/recordedRun.ts';

const plan: PlannedEvent = {
  ...{
    type: 'planned',
    batchSize: 1,
    sequenceLength: 64,
    recompute: 'perLayer',
    fit: 'fits',
    budgetBytes: 4e9,
  },
  memory: { weights: 4e8, activations: 4e8, state: 1e8 },
};

/** The text of the panel while a training goes on as `event` says. */
function panelDuring(event: PlannedEvent): string {
  const [engine, ready] = [recordedEngine(0), () => Promise.resolve()];
  const app = new App(inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready)));
  const setup = { domain: exampleDomain('biomedicine'), documents: [], parameters: exampleParameters };
  const state = replayRun([{ type: 'training', model: 'specialized', round: 1, event }]);
  const run = {
    id: 'r',
    title: 'r',
    status: 'running',
    setup,
    state,
    owner: 'here',
    secondsLeft: null,
  } as const;
  app.store.setState({ run });
  app.store.getInitialState = app.store.getState;
  return renderToStaticMarkup(
    <MantineProvider>
      <AppContext value={app}>
        <TrainPanel />
      </AppContext>
    </MantineProvider>,
  );
}

it('says while a model is trained piece by piece that it is, and what each step reads', () => {
  const streaming = { pieces: 50, bytesRead: 21e9, forwardPasses: 3 };
  expect(panelDuring({ ...plan, streaming })).toContain(
    'it is trained piece by piece: each step reads 21 GB of it from storage',
  );
  expect(panelDuring(plan)).not.toContain('piece by piece');
  expect(panelDuring(plan)).toContain('Training takes about 900 MB of memory: that fits.');
});
