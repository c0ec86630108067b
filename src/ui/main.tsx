import '@mantine/core/styles.layer.css';
import 'uplot/dist/uPlot.min.css';
import './theme/theme.css';
import { createRoot } from 'react-dom/client';
import { opfsByteStore } from '../storage/opfsByteStore.ts';
import { measureStorage } from '../storage/storageUse.ts';
import { workRoot } from '../storage/roots.ts';
import { runLock, tryLock } from '../storage/runLock.ts';
import { RunsDatabase } from '../storage/runsDatabase.ts';
import { connectOffline } from './connection/offline.ts';
import { readPolicies } from './connection/policies.ts';
import { followRequests } from './connection/requests.ts';
import { connectChat, connectDownloads, connectSources, connectSpecializer } from './connection/workers.ts';
import { followSeal, isSealed, setSealed } from '../storage/seal.ts';
import { Page } from './Page.tsx';
import { App } from './store/app.ts';

const app = new App({
  connectSpecializer,
  connectChat,
  connectDownloads,
  connectSources,
  runs: new RunsDatabase('whittle'),
  bytes: opfsByteStore(workRoot),
  keepStorage: () => navigator.storage.persist(),
  measureStorage,
  offline: connectOffline(),
  seal: { read: isSealed, set: setSealed, follow: followSeal },
  followRequests,
  readPolicies,
  takeRunLock: () => tryLock(runLock),
  async fetchText(path) {
    const response = await fetch(new URL(path, document.baseURI));
    if (!response.ok)
      throw new Error(`${path} could not be read (status ${response.status}). Reload the page.`);
    return response.text();
  },
});

createRoot(document.getElementById('root')!).render(<Page app={app} />);
void app.begin(location.hash);
