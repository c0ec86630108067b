import { useEffect, type ComponentType } from 'react';
import { AdapterPanel } from '../adapter/AdapterPanel.tsx';
import { useAppState } from '../appContext.ts';
import { ComparePanel } from '../compare/ComparePanel.tsx';
import { CuratePanel } from '../curate/CuratePanel.tsx';
import { DomainPanel } from '../domain/DomainPanel.tsx';
import { GeneratePanel } from '../generate/GeneratePanel.tsx';
import { RunNotes } from '../runs/RunNotes.tsx';
import { StartPanel } from '../start/StartPanel.tsx';
import { placeOf } from '../store/app.ts';
import type { Place } from '../store/appState.ts';
import { TrainPanel } from '../train/TrainPanel.tsx';
import { TrustPanel } from '../trust/TrustPanel.tsx';
import { Announcer } from './Announcer.tsx';
import { NoticeBar } from './NoticeBar.tsx';
import { RunBar } from './RunBar.tsx';
import { Sidebar } from './Sidebar.tsx';
import classes from './shell.module.css';

const panels: Record<Place, ComponentType> = {
  start: StartPanel,
  domain: DomainPanel,
  generate: GeneratePanel,
  curate: CuratePanel,
  train: TrainPanel,
  compare: ComparePanel,
  adapter: AdapterPanel,
  trust: TrustPanel,
};

/** Navigation at the side, the chosen station in the middle, the run that is going always in reach. */
export function Shell() {
  const step = useAppState((state) => state.step);
  const runId = useAppState((state) => state.run?.id);
  useEffect(() => {
    history.replaceState(null, '', placeOf(step, runId));
  }, [step, runId]);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [step]);
  const PanelOfStep = panels[step];
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <Sidebar />
      <main id="content" className={classes.main} tabIndex={-1}>
        <RunBar />
        <div className={classes.content}>
          <NoticeBar />
          <RunNotes />
          <PanelOfStep />
        </div>
      </main>
      <Announcer />
    </div>
  );
}
