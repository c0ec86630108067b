import { expose } from 'comlink';
import { BrowserEngine } from './browserEngine.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { modelsUrl } from './modelsUrl.ts';
import { serveSpecializer } from './serveSpecializer.ts';

const held = holdOwnLock();
expose(serveSpecializer(new BrowserEngine(modelsUrl), () => held));
