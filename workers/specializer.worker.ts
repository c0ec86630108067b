import { expose } from 'comlink';
import { opfsByteStore } from '../src/storage/opfsByteStore.ts';
import { workRoot } from '../src/storage/roots.ts';
import { tellRequests } from '../src/workerApi/requests.ts';
import { BrowserEngine } from './browserEngine.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { modelsUrl } from './modelsUrl.ts';
import { serveSpecializer } from './serveSpecializer.ts';

tellRequests();
const held = holdOwnLock();
expose(serveSpecializer(new BrowserEngine(modelsUrl, opfsByteStore(workRoot)), () => held));
