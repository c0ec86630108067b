import { useAppState } from '../appContext.ts';
import { isRefused, type SeenRequest } from '../store/requestLedger.ts';
import { describeAnswer, isForeign } from './ledgerWords.ts';
import classes from './trust.module.css';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const titles = ['When', 'Who', 'What', 'Answer'];

/** Every request that is known, newest first. */
export function RequestTable() {
  const requests = useAppState((state) => state.ledger.requests);
  return (
    /* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */
    <div className={classes.tableFrame} tabIndex={0} role="region" aria-label="Requests">
      <table className={classes.table}>
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {requests.toReversed().map((request, i) => (
            <RequestRow key={requests.length - i} request={request} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RequestRow({ request }: { readonly request: SeenRequest }) {
  const { who, at, method, address } = request;
  const isElsewhere = isForeign(request, location.origin);
  return (
    <tr data-foreign={isElsewhere || undefined} data-refused={isRefused(request) || undefined}>
      <td>{clock.format(at)}</td>
      <td>{who}</td>
      <td className={classes.address}>
        {method && `${method} `}
        {isElsewhere ? address : address.slice(location.origin.length)}
      </td>
      <td>{describeAnswer(request)}</td>
    </tr>
  );
}
