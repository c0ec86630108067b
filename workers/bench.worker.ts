import { expose } from 'comlink';
import { tellRequests } from '../src/workerApi/requests.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { modelsUrl } from './modelsUrl.ts';
import { serveBench } from './serveBench.ts';

tellRequests();
const held = holdOwnLock();
expose(serveBench(modelsUrl, () => held));
