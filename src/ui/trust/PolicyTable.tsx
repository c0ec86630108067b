import { useEffect, useState } from 'react';
import { useApp } from '../appContext.ts';
import { Card } from '../parts/Panel.tsx';
import { messageOf } from '../store/messageOf.ts';
import type { Policy } from '../store/services.ts';
import { describeReach } from './ledgerWords.ts';
import classes from './trust.module.css';

/** What page and workers may reach, read from the answers that they came with. */
export function PolicyTable() {
  const app = useApp();
  const [policies, setPolicies] = useState<readonly Policy[]>([]);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    app.readPolicies().then(setPolicies, (error: unknown) => setFailure(messageOf(error)));
  }, [app]);
  return (
    <Card title="Who may reach whom">
      <p className={classes.text}>
        The browser itself enforces this: the server sends a Content-Security-Policy with the page and with
        each worker, and whoever runs there cannot change it. Below is what those answers say, read just now.
      </p>
      {failure && <p role="alert">The policies cannot be read: {failure}</p>}
      <dl className={classes.policies}>
        {policies.map((policy) => (
          <div key={policy.who}>
            <dt>{policy.who}</dt>
            <dd>{describeReach(policy)}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.text}>
        The download worker starts when you choose another model. It asks the Hub for models by their names,
        and its code has no access to your examples, texts and runs. The Hub and its storage then see those
        names, your network address and which browser you use, as with any download.
      </p>
      {policies[0] && (
        <details className={classes.header}>
          <summary>The page’s header, word for word</summary>
          <code>{policies[0].text}</code>
        </details>
      )}
    </Card>
  );
}
