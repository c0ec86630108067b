import { find } from './findings.ts';

self.onmessage = async ({ data }: MessageEvent<string>) => {
  self.postMessage(await find(data));
};
