import { expose } from 'comlink';
import { holdOwnLock } from './holdOwnLock.ts';
import { serveSources } from './serveSources.ts';

const held = holdOwnLock();
expose(serveSources(() => held));
