import { useAppState } from '../appContext.ts';
import { Card } from '../parts/Panel.tsx';
import type { OfflineStatus } from '../store/services.ts';
import classes from './trust.module.css';

function describeOffline(status: OfflineStatus): string {
  if (status.kind === 'kept')
    return 'All of this page is kept in this browser, so it opens without a network.';
  if (status.kind === 'failed')
    return `This page is not kept in this browser, so it needs its server: ${status.message}.`;
  return status.kind === 'keeping'
    ? 'This page is being kept in this browser; then it opens without a network.'
    : 'This page is not kept in this browser, so it needs its server.';
}

/** How not to have to believe any of this, and what no page can promise. */
export function HowToCheck() {
  const offline = useAppState((state) => state.offline);
  return (
    <>
      <Card title="Check it yourself">
        <p className={classes.text}>{describeOffline(offline)}</p>
        <ol className={classes.steps}>
          <li>Open the browser’s developer tools (F12, on a Mac ⌥⌘I), there the tab “Network”.</li>
          <li>
            Reload the page and start a run. Each line is a request, of workers too; none has another domain
            than this page’s, unless you asked for a model of the Hub.
          </li>
          <li>
            Click on a line and read “Content-Security-Policy” under its response headers: the list above.
          </li>
          <li>Or switch the network off altogether. Everything but new models goes on.</li>
        </ol>
      </Card>
      <Card title="What this cannot promise">
        <ul className={classes.steps}>
          <li>
            Extensions of your browser can read this page and send what they like; the browser asks its maker
            for updates. Neither is listed here.
          </li>
          <li>
            The policy is about requests. It does not govern where a link leads, nor calls from browser to
            browser (WebRTC). This page’s code has no outside link and makes no such call.
          </li>
          <li>
            Whoever runs the server of this page sees that you open it, and could send another page next time.
            With “npm start” that is your own machine.
          </li>
          <li>
            The list has the first address of each request. The Hub may send a download on to its storage; the
            policy names every server that this can be.
          </li>
        </ul>
      </Card>
    </>
  );
}
