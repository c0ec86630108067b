import { useAppState } from '../appContext.ts';
import { CoverageFigure } from '../parts/CoverageFigure.tsx';
import { Empty } from '../parts/Empty.tsx';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { Card, Panel } from '../parts/Panel.tsx';
import type { Report, Verdict } from '../../workerApi/runEvent.ts';
import { RunEnding } from '../runs/RunEnding.tsx';
import { SweptRunButton } from '../runs/SweptRunButton.tsx';
import { isGoing } from '../store/appState.ts';
import { Answers } from './Answers.tsx';
import { Chat } from './Chat.tsx';
import { controlsIn, ControlTable } from './ControlTable.tsx';
import { DataFigure } from './DataFigure.tsx';
import { FewerExamples } from './FewerExamples.tsx';
import { LabelTable } from './LabelTable.tsx';
import { ScoreTable } from './ScoreTable.tsx';
import { describeControl, describeLoss, describeVerdict, scoreNote } from './verdict.ts';
import classes from './compare.module.css';

const lead = 'The same unseen tasks, answered before and after. Then ask both yourself.';

/** Did it help? The verdict, the numbers behind it, the answers behind those, and a chat with both. */
export function ComparePanel() {
  const run = useAppState((state) => state.run);
  const report = run?.state.report;
  const loss = report && describeLoss(report);
  return (
    <Panel title="Compare" lead={lead}>
      {run && <RunEnding run={run} />}
      {run && report && (
        <>
          <VerdictCard report={report} />
          {run.status === 'finished' && <SweptRunButton run={run} />}
          <Card title="Unseen tasks">
            <ScoreTable of="unseen tasks" comparisons={report.heldOut} />
            <p className={classes.footnote}>{scoreNote(report)}</p>
            <LabelTable of="unseen tasks" comparisons={report.heldOut} />
          </Card>
          {report.fewShot && (
            <Card title="Unseen tasks, after a few answered examples">
              <ScoreTable of="unseen tasks after examples" comparisons={report.fewShot} />
              <LabelTable of="unseen tasks after examples" comparisons={report.fewShot} />
            </Card>
          )}
          {controlsIn(report).length > 0 && (
            <Card title="Controls: what made the difference">
              <ControlTable report={report} />
              <DataFigure report={report} />
            </Card>
          )}
          {report.retention && (
            <Card title="General tasks: what it must not forget">
              <ScoreTable of="general tasks" comparisons={report.retention} />
              {loss && <p className={classes.footnote}>{loss}</p>}
              <LabelTable of="general tasks" comparisons={report.retention} />
            </Card>
          )}
        </>
      )}
      {run?.status === 'finished' && <FewerExamples run={run} />}
      {run && !report && isGoing(run.status) && (
        <p className={classes.waiting}>The results will be here when the test is over.</p>
      )}
      {report?.coverage?.kept && (
        <Card title="Texts: what the tasks are about">
          <CoverageFigure map={report.coverage.kept} />
        </Card>
      )}
      <ChatSection />
      {run && report && (
        <Card title="Answer by answer">
          <Answers evaluations={run.state.evaluations} />
        </Card>
      )}
      {!run && <Empty icon="compare" text="Before-and-after results will appear here at the end of a run." />}
    </Panel>
  );
}

/** A chat needs an adapter: the one of the run, or one that was loaded. */
function ChatSection() {
  const hasAdapter = useAppState(
    ({ run, adapters }) =>
      (run?.status !== 'running' && run?.state.adapters.specialized !== undefined) || adapters.length > 0,
  );
  if (!hasAdapter) return null;
  return (
    <Card title="Ask both">
      <Chat />
    </Card>
  );
}

const icons: Record<Verdict, IconName> = { better: 'up', 'no difference shown': 'equal', worse: 'down' };

function VerdictCard({ report }: { readonly report: Report }) {
  const { tone, headline, basis } = describeVerdict(report);
  const control = describeControl(report);
  return (
    <section className={classes.verdict} data-tone={tone} aria-label="Verdict">
      <span className={classes.verdictIcon}>
        <Icon name={icons[tone]} size={26} />
      </span>
      <div>
        <h2>{headline}</h2>
        <p>{basis}</p>
        {control && <p>{control}</p>}
      </div>
    </section>
  );
}
