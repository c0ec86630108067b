import { expose } from 'comlink';
import { BrowserEngine } from './browserEngine.ts';
import { holdOwnLock } from './holdOwnLock.ts';
import { modelsUrl } from './modelsUrl.ts';
import { serveChat } from './serveChat.ts';

const held = holdOwnLock();
expose(serveChat(new BrowserEngine(modelsUrl), () => held));
