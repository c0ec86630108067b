import { expose } from 'comlink';
import { opfsLargeFiles } from '../src/storage/opfsLargeFiles.ts';
import { modelsRoot } from '../src/storage/roots.ts';
import { tellRequests } from '../src/workerApi/requests.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { serveDownloads } from './serveDownloads.ts';

tellRequests();
const held = holdOwnLock();
expose(serveDownloads(opfsLargeFiles(modelsRoot), () => held));
