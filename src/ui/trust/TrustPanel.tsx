import { useAppState } from '../appContext.ts';
import { Card, Panel } from '../parts/Panel.tsx';
import { HowToCheck } from './HowToCheck.tsx';
import { describeLedger } from './ledgerWords.ts';
import { PolicyTable } from './PolicyTable.tsx';
import { RequestTable } from './RequestTable.tsx';
import { SealSwitch } from './SealSwitch.tsx';
import classes from './trust.module.css';

/** Every request, what forbids others, how to take away the last exception, and how to check all of it. */
export function TrustPanel() {
  const ledger = useAppState((state) => state.ledger);
  return (
    <Panel
      title="What leaves this machine"
      lead="Your examples, your texts and what comes of them: nothing. The page only fetches its own files, and models that you ask for."
    >
      <SealSwitch />
      <Card title="Every request so far">
        <p className={classes.text}>{describeLedger(ledger, location.origin)}</p>
        <RequestTable />
      </Card>
      <PolicyTable />
      <HowToCheck />
    </Panel>
  );
}
