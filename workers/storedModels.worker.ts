import { expose } from 'comlink';
import { opfsLargeFiles } from '../src/storage/opfsLargeFiles.ts';
import { modelsRoot } from '../src/storage/roots.ts';
import { tellRequests } from '../src/workerApi/requests.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { serveDownloads } from './serveDownloads.ts';

// Takes the place of download.worker.ts while the page is sealed: models in this browser and on disk, under the policy
// of every other script, which lets it reach the page's own server only.

tellRequests();
const held = holdOwnLock();
expose(serveDownloads(opfsLargeFiles(modelsRoot), () => held));
