import { expose } from 'comlink';
import { opfsLargeFiles } from '../src/storage/opfsLargeFiles.ts';
import { modelsRoot } from '../src/storage/roots.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { serveDownloads } from './serveDownloads.ts';

const held = holdOwnLock();
expose(serveDownloads(opfsLargeFiles(modelsRoot), () => held));
