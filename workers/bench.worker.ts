import { expose } from 'comlink';
import { holdOwnLock } from './holdOwnLock.ts';
import { modelsUrl } from './modelsUrl.ts';
import { serveBench } from './serveBench.ts';

const held = holdOwnLock();
expose(serveBench(modelsUrl, () => held));
