import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buildWhereStale, builtFolder } from '../../tools/serve/buildApp.ts';
import { addressOf, answer } from '../../tools/serve/staticServer.ts';
import { browse, flagsWithoutWebGpu, type ServedApp } from './builtApp.ts';
import { answerAs, noFaults, sendLarge } from './hubServer.ts';

/** The id of the one model of the page's own hub: the embedded model by another name. */
export const hubModelId = 'someone/pocket-ONNX';

/** Where the page looks for its hub, instead of at Hugging Face. */
export const atOwnHub = '?hub=/hub';

/** The folder of that model's files. */
export const pocketFolder = join(builtFolder, 'models/pocket');

/** How the hub misbehaves. */
export const faults = noFaults();

function pocketFiles(): Record<string, Uint8Array> {
  const names = readdirSync(pocketFolder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(pocketFolder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(pocketFolder, name))]));
}

/** The built app with a hub that is a part of the page's own server. */
export async function startWithHub(): Promise<ServedApp> {
  await buildWhereStale();
  const files = pocketFiles();
  const hub = answerAs(hubModelId, files, {}, faults, '/storage/');
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/hub/')) return hub(url.slice('/hub'.length), response);
    const large = files[url.slice('/storage/'.length)];
    if (large) return void sendLarge(large, faults, request, response);
    return answer(builtFolder, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return browse(addressOf(server), stop, flagsWithoutWebGpu);
}
