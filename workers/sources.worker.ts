import { expose } from 'comlink';
import { tellRequests } from '../src/workerApi/requests.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { serveSources } from './serveSources.ts';

tellRequests();
const held = holdOwnLock();
expose(serveSources(() => held));
