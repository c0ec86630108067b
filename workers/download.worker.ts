import { expose } from 'comlink';
import { opfsLargeFiles } from '../src/storage/opfsLargeFiles.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { modelsRoot } from './modelsRoot.ts';
import { serveDownloads } from './serveDownloads.ts';

const held = holdOwnLock();
expose(serveDownloads(opfsLargeFiles(modelsRoot), () => held));
